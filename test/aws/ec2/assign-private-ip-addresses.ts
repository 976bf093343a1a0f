/** AssignPrivateIpAddresses. */
import { assignAddresses, chooseAddresses } from '../cloud/assign.ts';
import { ec2Error } from '../cloud/ec2-error.ts';
import type { Action, Call } from './action.ts';
import type { Parameters } from './parameters.ts';

export const assignPrivateIpAddresses: Action = {
  parameters: [
    'NetworkInterfaceId',
    'PrivateIpAddress.N',
    'SecondaryPrivateIpAddressCount',
    'Ipv4Prefix.N',
    'Ipv4PrefixCount',
    'AllowReassignment',
  ],
  perform(call) {
    const eniId = call.parameters.required('NetworkInterfaceId');
    const addresses = wantedAddresses(call, eniId);
    const state = assignAddresses(call.state, eniId, addresses, call.parameters.flag('AllowReassignment'));
    return {
      state,
      fields: [
        ['networkInterfaceId', eniId],
        [
          'assignedPrivateIpAddressesSet',
          { items: addresses.map((address) => [['privateIpAddress', address]] as const) },
        ],
        ['assignedIpv4PrefixSet', { items: [] }],
        ['return', true],
      ],
    };
  },
};

function wantedAddresses({ parameters, state, random }: Call, eniId: string): readonly string[] {
  checkCombination(parameters);
  const count = parameters.integer('SecondaryPrivateIpAddressCount');
  if (count === undefined) return parameters.list('PrivateIpAddress');
  if (count <= 0) throw ec2Error('countNotPositive', { count });
  return chooseAddresses(state, eniId, count, (free) => random.shuffled(free));
}

function checkCombination(parameters: Parameters): void {
  const prefixes = [
    parameters.list('Ipv4Prefix').length > 0,
    parameters.text('Ipv4PrefixCount') !== undefined,
  ];
  const wanted = [
    parameters.list('PrivateIpAddress').length > 0,
    parameters.text('SecondaryPrivateIpAddressCount') !== undefined,
    ...prefixes,
  ].filter(Boolean).length;
  if (wanted === 0) throw ec2Error('nothingToAssign');
  if (wanted > 1) throw ec2Error('tooMuchToAssign');
  if (prefixes.includes(true)) throw ec2Error('unsupported', { what: 'assigning prefixes' });
}
