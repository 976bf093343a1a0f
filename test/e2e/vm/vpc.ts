/** The VPC around a virtual machine: routers that know an address only while EC2 says that an ENI has it. */
import type { Aws } from '../../aws/aws.ts';
import { ENIS } from '../bed/account.ts';
import { here, must } from '../bed/machine.ts';

/** The namespace with the ends of the wires that are the virtual machine's. */
export const WIRES = 'wires';
/** A host in a subnet where the node has no ENI. */
export const CLIENT = { netns: 'client', address: '10.20.0.5' };

const routerOf = (device: string): string => `vpc-${device}`;

/** Makes the routers, a wire from each of them, and the client. */
export async function makeVpc(): Promise<void> {
  await must(
    here,
    [
      `ip netns add ${WIRES}`,
      ...ENIS.flatMap(({ device, router }) => [
        `ip link add ${routerOf(device)} type veth peer name ${device} netns ${WIRES}`,
        `nsenter --net=/run/netns/${WIRES} ip link set ${device} up`,
        `ip address add ${router}/32 dev ${routerOf(device)}`,
        // EC2's source check: what an ENI sends from an address that it does not have is dropped.
        `echo 1 > /proc/sys/net/ipv4/conf/${routerOf(device)}/rp_filter`,
        `ip link set ${routerOf(device)} up`,
      ]),
      'echo 1 > /proc/sys/net/ipv4/ip_forward',
      `ip netns add ${CLIENT.netns}`,
      `ip link add vpc-client type veth peer name eth0 netns ${CLIENT.netns}`,
      'ip address add 10.20.0.1/24 dev vpc-client',
      'ip link set vpc-client up',
      `nsenter --net=/run/netns/${CLIENT.netns} bash -ec '
        ip address add ${CLIENT.address}/24 dev eth0
        ip link set eth0 up
        ip route add default via 10.20.0.1'`,
    ].join('\n'),
  );
}

/** The routers send what is for an ENI's address to the ENI's MAC, as a VPC does, and ask nobody. */
export async function learnAddresses(aws: Aws): Promise<void> {
  await must(
    here,
    ENIS.flatMap(({ id, device, mac, primary }) => [
      `ip route flush dev ${routerOf(device)} proto static`,
      ...[primary, ...aws.addresses(id)].flatMap((address) => [
        `ip route add ${address}/32 dev ${routerOf(device)} proto static`,
        `ip neighbour replace ${address} lladdr ${mac} dev ${routerOf(device)} nud permanent`,
      ]),
    ]).join('\n'),
  );
}

/** Whether the client reaches an address. */
export async function clientReaches(address: string): Promise<boolean> {
  const ping = `nsenter --net=/run/netns/${CLIENT.netns} ping -n -c 1 -W 2 ${address}`;
  return (await here.run(`${ping} || ${ping}`)).status === 0;
}
