/** The calls by which an address moves to our ENI. The one file that allows reassignment. */
import { holdingsOf } from '../eni/ec2-answers.ts';
import { openSession } from '../eni/ec2-session.ts';
import { holderOf } from '../eni/holdings.ts';
import { allPages } from '../eni/pages.ts';
import type { Eni } from '../model.ts';
import { familyOf } from '../net/address.ts';
import type { CallContext } from '../run.ts';

/** EC2's id of the request, for its log and for AWS's support. */
export type RequestId = string | undefined;

/**
 * Every method throws CloudError, and takes addresses of one family, in canonical text, without an address
 * beside those: all of them move, or none.
 */
export interface Mover {
  /** AssignPrivateIpAddresses with AllowReassignment, to our ENI: they leave any other ENI for it. */
  reassignIpv4(addresses: readonly string[]): Promise<RequestId>;
  /** AssignIpv6Addresses: refused for what another ENI holds. */
  assignIpv6(eni: string, addresses: readonly string[]): Promise<RequestId>;
  /** UnassignIpv6Addresses. */
  unassignIpv6(eni: string, addresses: readonly string[]): Promise<RequestId>;
  /** DescribeNetworkInterfaces: the ENI that holds each; one that none holds is left out. */
  holdersOf(addresses: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Loads the SDK; endpoint and credentials are its standard ones. */
export async function openMover({ id: ours, region, subnet }: Eni, context: CallContext): Promise<Mover> {
  const { sdk, call } = await openSession(() => import('../eni/sdk.ts'), region, context);
  return {
    async reassignIpv4(addresses) {
      const command = new sdk.AssignPrivateIpAddressesCommand({
        NetworkInterfaceId: ours,
        PrivateIpAddresses: [...addresses],
        AllowReassignment: true,
      });
      const about = { eni: ours, addresses };
      const answer = await call('AssignPrivateIpAddresses', about, (client, options) =>
        client.send(command, options),
      );
      return answer.$metadata.requestId;
    },
    async assignIpv6(eni, addresses) {
      const input = { NetworkInterfaceId: eni, Ipv6Addresses: [...addresses] };
      const command = new sdk.AssignIpv6AddressesCommand(input);
      const about = { eni, addresses };
      const answer = await call('AssignIpv6Addresses', about, (client, options) =>
        client.send(command, options),
      );
      return answer.$metadata.requestId;
    },
    async unassignIpv6(eni, addresses) {
      const input = { NetworkInterfaceId: eni, Ipv6Addresses: [...addresses] };
      const command = new sdk.UnassignIpv6AddressesCommand(input);
      const about = { eni, addresses };
      const answer = await call('UnassignIpv6Addresses', about, (client, options) =>
        client.send(command, options),
      );
      return answer.$metadata.requestId;
    },
    async holdersOf(addresses) {
      const isIpv6 = familyOf(addresses[0] ?? '') === 6;
      const filter = isIpv6 ? 'ipv6-addresses.ipv6-address' : 'addresses.private-ip-address';
      const pages = await allPages((from) => {
        const command = new sdk.DescribeNetworkInterfacesCommand({
          Filters: [
            // Another VPC may have the same addresses.
            { Name: 'subnet-id', Values: [subnet] },
            { Name: filter, Values: [...addresses] },
          ],
          ...from,
        });
        return call('DescribeNetworkInterfaces', { addresses }, (client, options) =>
          client.send(command, options),
        );
      });
      const holdings = pages.flatMap(({ NetworkInterfaces: enis = [] }) => enis).flatMap(holdingsOf);
      return new Map(
        addresses.flatMap((address) => {
          const holder = holderOf(holdings, address);
          return holder ? [[address, holder.eni] as const] : [];
        }),
      );
    },
  };
}
