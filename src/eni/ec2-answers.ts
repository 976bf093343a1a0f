/** Reads what EC2 answers about ENIs and subnets, whatever the order in which it tells. */
import type { NetworkInterface, Subnet } from '@aws-sdk/client-ec2';
import { formatAddress, parseAddress } from '../net/address.ts';
import type { Holder } from './cloud.ts';

/** An address, the ENI that holds it, and as what. */
export interface Holding extends Holder {
  readonly address: string;
}

/** Every address of an ENI in canonical text, its primary ones first. */
export function holdingsOf(described: NetworkInterface): readonly Holding[] {
  const { NetworkInterfaceId: eni = '', PrivateIpAddress: primary } = described;
  const ipv4 = (described.PrivateIpAddresses ?? []).map(({ PrivateIpAddress: text, Primary: flag }) => ({
    text,
    primary: flag === true || (text !== undefined && text === primary),
  }));
  const ipv6 = (described.Ipv6Addresses ?? []).map(({ Ipv6Address: text, IsPrimaryIpv6: flag }) => ({
    text,
    primary: flag === true,
  }));
  return [...ipv4, ...ipv6]
    .flatMap(({ text, primary: isPrimary }): Holding | readonly Holding[] => {
      const address = parseAddress(text ?? '');
      return address ? { address: formatAddress(address), eni, primary: isPrimary } : [];
    })
    .toSorted((a, b) => Number(b.primary) - Number(a.primary));
}

/** What an ENI holds beside its primary addresses. */
export const secondariesOf = (described: NetworkInterface): readonly string[] =>
  holdingsOf(described).flatMap(({ address, primary }) => (primary ? [] : address));

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
