/** The node's interfaces as pairs of veth, with the routers of their subnets at the other ends. */
import { ENIS } from './account.ts';
import { here, must } from './machine.ts';

/** The namespace of the routers. */
export const VPC = 'vpc';
/** Another host of the second subnet. */
export const PEER = '10.10.1.2';

/** Makes eth0, eth1 and eth2 in the bed's own network. */
export async function makeLan(): Promise<void> {
  const inVpc = `nsenter --net=/run/netns/${VPC}`;
  await must(
    here,
    [
      `ip netns add ${VPC}`,
      ...ENIS.flatMap(({ device, mac, router, primary }) => [
        `ip link add ${device} address ${mac} type veth peer name router netns ${VPC}`,
        `ip address add ${primary}/24 dev ${device}`,
        `ip link set ${device} up`,
        `${inVpc} ip link set router name ${device}`,
        `${inVpc} ip address add ${router}/24 dev ${device}`,
        `${inVpc} ip link set ${device} up`,
      ]),
      `${inVpc} ip address add ${PEER}/24 dev eth1`,
    ].join('\n'),
  );
}
