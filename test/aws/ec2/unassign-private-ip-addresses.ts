/** UnassignPrivateIpAddresses. */
import { ec2Error } from '../cloud/ec2-error.ts';
import { ipv4Prefixes, unassignPrefixes } from '../cloud/prefixes.ts';
import { unassignAddresses } from '../cloud/unassign.ts';
import type { Action } from './action.ts';

export const unassignPrivateIpAddresses: Action = {
  parameters: ['NetworkInterfaceId', 'PrivateIpAddress.N', 'Ipv4Prefix.N'],
  perform({ parameters, state }) {
    const eniId = parameters.required('NetworkInterfaceId');
    const addresses = parameters.list('PrivateIpAddress');
    const prefixes = parameters.list('Ipv4Prefix');
    if (addresses.length + prefixes.length === 0) throw ec2Error('nothingToUnassign');
    const withoutAddresses = unassignAddresses(state, eniId, addresses);
    return {
      state: unassignPrefixes(ipv4Prefixes, withoutAddresses, eniId, prefixes),
      fields: [['return', true]],
    };
  },
};
