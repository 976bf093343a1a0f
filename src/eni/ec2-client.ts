/** EC2 through the AWS SDK. */
import type { Instance, NetworkInterface } from '@aws-sdk/client-ec2';
import { familyOf } from '../net/address.ts';
import { isPrefix } from '../net/prefix.ts';
import { CloudError, type OpenCloud } from './cloud.ts';
import { cidrsOf, holdingsOf, secondariesOf, useOf } from './ec2-answers.ts';
import { openSession } from './ec2-session.ts';
import { allPages } from './pages.ts';

/** Opens a client for the region; endpoint and credentials are the SDK's standard ones. */
export const openEc2: OpenCloud = async (region, run) => {
  const { sdk, call, describeEnis } = await openSession(() => import('./sdk.ts'), region, run);

  async function describeOne(id: string): Promise<NetworkInterface> {
    const [found] = await describeEnis('network-interface-id', id);
    if (found) return found;
    throw new CloudError('eni-gone', 'InvalidNetworkInterfaceID.NotFound', `EC2 knows no ENI ${id}`);
  }

  /** By a filter, so that an instance that is not there is no error. */
  async function describeInstance(id: string): Promise<Instance | undefined> {
    const pages = await allPages((from) => {
      const command = new sdk.DescribeInstancesCommand({
        Filters: [{ Name: 'instance-id', Values: [id] }],
        ...from,
      });
      return call('DescribeInstances', { instance: id }, (client, options) => client.send(command, options));
    });
    return pages.flatMap(({ Reservations: all = [] }) => all).flatMap(({ Instances: own = [] }) => own)[0];
  }

  return {
    async assign(eni, addresses) {
      const about = { eni: eni.id, addresses };
      const onEni = { NetworkInterfaceId: eni.id };
      const all = [...addresses];
      if (isIpv6(addresses)) {
        const wanted = arePrefixes(addresses) ? { Ipv6Prefixes: all } : { Ipv6Addresses: all };
        const command = new sdk.AssignIpv6AddressesCommand({ ...onEni, ...wanted });
        await call('AssignIpv6Addresses', about, (client, options) => client.send(command, options));
        return;
      }
      const wanted = arePrefixes(addresses)
        ? { Ipv4Prefixes: all }
        : { PrivateIpAddresses: all, AllowReassignment: false };
      const command = new sdk.AssignPrivateIpAddressesCommand({ ...onEni, ...wanted });
      await call('AssignPrivateIpAddresses', about, (client, options) => client.send(command, options));
    },
    async unassign(eni, addresses) {
      const about = { eni: eni.id, addresses };
      const onEni = { NetworkInterfaceId: eni.id };
      const all = [...addresses];
      if (isIpv6(addresses)) {
        const unwanted = arePrefixes(addresses) ? { Ipv6Prefixes: all } : { Ipv6Addresses: all };
        const command = new sdk.UnassignIpv6AddressesCommand({ ...onEni, ...unwanted });
        await call('UnassignIpv6Addresses', about, (client, options) => client.send(command, options));
        return;
      }
      const unwanted = arePrefixes(addresses) ? { Ipv4Prefixes: all } : { PrivateIpAddresses: all };
      const command = new sdk.UnassignPrivateIpAddressesCommand({ ...onEni, ...unwanted });
      await call('UnassignPrivateIpAddresses', about, (client, options) => client.send(command, options));
    },
    async describeEni(id) {
      const eni = await describeOne(id);
      const subnet = eni.SubnetId ?? '';
      const command = new sdk.DescribeSubnetsCommand({ SubnetIds: [subnet] });
      const { Subnets } = await call('DescribeSubnets', { subnet }, (client, options) =>
        client.send(command, options),
      );
      const primary = eni.PrivateIpAddress;
      return {
        subnet,
        cidrs: cidrsOf(Subnets?.[0] ?? {}),
        ...(primary ? { primary } : {}),
        secondaries: secondariesOf(eni),
      };
    },
    secondariesOf: async (id) => secondariesOf(await describeOne(id)),
    holdingsIn: async (subnet) => (await describeEnis('subnet-id', subnet)).flatMap(holdingsOf),
    async useOf(id) {
      const eni = await describeOne(id);
      const instance = eni.Attachment?.InstanceId;
      return useOf(eni, instance === undefined ? undefined : await describeInstance(instance));
    },
  };
};

const isIpv6 = ([first = '']: readonly string[]): boolean => familyOf(first) === 6;

const arePrefixes = ([first = '']: readonly string[]): boolean => isPrefix(first);
