/** UnassignIpv6Addresses. */
import { ec2Error } from '../cloud/ec2-error.ts';
import { canonicalIpv6 } from '../cloud/ipv6-space.ts';
import { canonicalPrefix, ipv6Prefixes, unassignPrefixes } from '../cloud/prefixes.ts';
import { unassignIpv6Addresses as unassign } from '../cloud/unassign-ipv6.ts';
import type { Action } from './action.ts';
import type { Field } from './xml.ts';

export const unassignIpv6Addresses: Action = {
  parameters: ['NetworkInterfaceId', 'Ipv6Addresses.N', 'Ipv6Prefix.N'],
  perform({ parameters, state }) {
    const eniId = parameters.required('NetworkInterfaceId');
    const addresses = parameters.list('Ipv6Addresses');
    const prefixes = parameters.list('Ipv6Prefix');
    if (addresses.length + prefixes.length === 0) throw ec2Error('noIpv6ToUnassign');
    const next = unassignPrefixes(ipv6Prefixes, unassign(state, eniId, addresses), eniId, prefixes);
    const written = addresses.map((text) => canonicalIpv6(text) ?? text);
    const prefixSet: readonly Field[] =
      prefixes.length === 0
        ? []
        : [
            [
              'unassignedIpv6PrefixSet',
              { items: prefixes.map((text) => canonicalPrefix(ipv6Prefixes, text)) },
            ],
          ];
    return {
      state: next,
      fields: [['networkInterfaceId', eniId], ['unassignedIpv6Addresses', { items: written }], ...prefixSet],
    };
  },
};
