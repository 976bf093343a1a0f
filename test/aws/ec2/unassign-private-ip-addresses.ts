/** UnassignPrivateIpAddresses. */
import { ec2Error } from '../cloud/ec2-error.ts';
import { unassignAddresses } from '../cloud/unassign.ts';
import type { Action } from './action.ts';

export const unassignPrivateIpAddresses: Action = {
  parameters: ['NetworkInterfaceId', 'PrivateIpAddress.N', 'Ipv4Prefix.N'],
  perform({ parameters, state }) {
    const eniId = parameters.required('NetworkInterfaceId');
    const addresses = parameters.list('PrivateIpAddress');
    if (parameters.list('Ipv4Prefix').length > 0)
      throw ec2Error('unsupported', { what: 'unassigning prefixes' });
    if (addresses.length === 0) throw ec2Error('nothingToUnassign');
    return { state: unassignAddresses(state, eniId, addresses), fields: [['return', true]] };
  },
};
