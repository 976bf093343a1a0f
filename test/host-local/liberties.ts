/** Configurations that came out differently once: liberties that Go's libraries take, and so host-local. */
import { add, DUAL, network, ONE, ranges, SUBNET, SUBNET6 } from './calls.ts';
import type { Call } from './plugin.ts';

/** Calls by what they show. */
export const LIBERTIES: Readonly<Record<string, readonly Call[]>> = {
  'names of fields in another case, as Go reads them: ipam': [
    add('a', network({ Ranges: [[{ Subnet: SUBNET, rangestart: '10.1.2.50' }]] })),
  ],
  'names of fields in another case: rangestart is not passed over': [
    add('a', network(ranges({ subnet: SUBNET, rangestart: '10.1.2.50', RangeEnd: '10.1.2.60' }))),
  ],
  'names of fields in another case: old style': [
    add('a', network({ subnet: SUBNET, RangeStart: '10.1.2.50', GateWay: '10.1.2.3' })),
  ],
  'names of fields in another case: routes and resolvConf': [
    add('a', network({ ...ranges({ subnet: SUBNET }), Routes: [{ Dst: '0.0.0.0/0', GW: '10.1.2.5' }] })),
  ],
  'names of fields in another case: requested addresses': [
    add('a', { ...ONE, runtimeConfig: { IPs: ['10.1.2.9'] } }),
  ],
  'names of fields in another case: name and cniVersion': [
    add('a', { CNIVersion: '1.0.0', Name: 'pods', ipam: ranges({ subnet: SUBNET }) }),
  ],
  'an IPv6 gateway for an IPv4 range': [
    add('a', network(ranges({ subnet: SUBNET, gateway: '2001:db8::1' }))),
  ],
  'an IPv4 gateway for an IPv6 range': [add('a', network(ranges({ subnet: SUBNET6, gateway: '10.1.2.1' })))],
  'IP= twice in CNI_ARGS: the last one counts': [add('a', DUAL, { args: 'IP=10.1.2.9;IP=10.1.2.8' })],
  'the gateway moved to the address given last: round robin goes on behind it': [
    add('a'),
    add('b', network(ranges({ subnet: SUBNET, gateway: '10.1.2.2' }))),
  ],
  'the subnet of an IPv4-mapped route': [
    add('a', network({ ...ranges({ subnet: SUBNET }), routes: [{ dst: '::ffff:10.0.0.0/104' }] })),
  ],
  'a requested address that is IPv4-mapped, with a prefix length': [
    add('a', ONE, { args: 'IP=::ffff:10.1.2.9/120' }),
  ],
  'white space in CNI_IFNAME as Go knows it: U+0085 is some, U+FEFF is none': [
    add('a', ONE, { interface: 'a\u{feff}b' }),
    add('b', ONE, { interface: 'a\u{85}b' }),
  ],
  'a prefix length with more than three digits': [add('a', network(ranges({ subnet: '10.1.2.0/0024' })))],
};
