/** Reads what EC2 answers about ENIs and subnets, whatever the order in which it tells. */
import type { Instance, NetworkInterface, Subnet } from '@aws-sdk/client-ec2';
import { formatBlock, parseSpan } from '../net/span.ts';
import type { EniUse } from './eni-use.ts';
import type { Holding } from './holdings.ts';

/** Every address of an ENI, and every prefix that is delegated to it. */
export function holdingsOf(described: NetworkInterface): readonly Holding[] {
  const { NetworkInterfaceId: eni = '', PrivateIpAddress: own } = described;
  const told = [
    ...(described.PrivateIpAddresses ?? []).map(({ PrivateIpAddress: text, Primary: flag }) => ({
      text,
      primary: flag === true || (text !== undefined && text === own),
    })),
    ...(described.Ipv6Addresses ?? []).map(({ Ipv6Address: text, IsPrimaryIpv6: flag }) => ({
      text,
      primary: flag === true,
    })),
    ...(described.Ipv4Prefixes ?? []).map(({ Ipv4Prefix: text }) => ({ text, primary: false })),
    ...(described.Ipv6Prefixes ?? []).map(({ Ipv6Prefix: text }) => ({ text, primary: false })),
  ];
  return told.flatMap(({ text, primary }): Holding | readonly Holding[] => {
    const span = parseSpan(text ?? '');
    return span ? { span, eni, primary } : [];
  });
}

/** What an ENI holds beside its primary addresses: addresses, and prefixes such as 10.10.1.16/28. */
export const secondariesOf = (described: NetworkInterface): readonly string[] =>
  holdingsOf(described).flatMap(({ primary, span }) => (primary ? [] : formatBlock(span)));

/** The CIDRs of a subnet, in both families: those that are associated with it now. */
export function cidrsOf({
  CidrBlock: ipv4,
  Ipv6CidrBlockAssociationSet: associations,
}: Subnet): readonly string[] {
  const ipv6 = (associations ?? []).flatMap(({ Ipv6CidrBlock: cidr, Ipv6CidrBlockState: state }) =>
    state?.State === 'associated' ? (cidr ?? []) : [],
  );
  return [...(ipv4 ? [ipv4] : []), ...ipv6];
}

/** Who uses an ENI: what is said of its attachment, and of the instance that the attachment names. */
export function useOf(described: NetworkInterface, instance: Instance | undefined): EniUse {
  const { Attachment: attachment, Status: status = 'unknown' } = described;
  const { State: state, HibernationOptions: hibernation } = instance ?? {};
  const id = attachment?.InstanceId;
  return {
    // Attached to something that is no instance, such as a load balancer.
    status: attachment && attachment.Status !== 'detached' && status === 'available' ? 'attached' : status,
    secondaries: secondariesOf(described),
    ...(id === undefined
      ? {}
      : {
          instance: {
            id,
            ...(state?.Name ? { state: state.Name } : {}),
            hibernates: hibernation?.Configured === true,
          },
        }),
  };
}
