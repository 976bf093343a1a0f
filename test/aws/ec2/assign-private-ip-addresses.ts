/** AssignPrivateIpAddresses. */
import { assignAddresses, chooseAddresses } from '../cloud/assign.ts';
import { ec2Error } from '../cloud/ec2-error.ts';
import { assignPrefixes, choosePrefixes, ipv4Prefixes } from '../cloud/prefixes.ts';
import type { Action, Call, Outcome } from './action.ts';
import { oneOf, positive } from './one-of.ts';
import type { Content, ItemSet } from './xml.ts';

const choices = [
  'PrivateIpAddress.N',
  'SecondaryPrivateIpAddressCount',
  'Ipv4Prefix.N',
  'Ipv4PrefixCount',
] as const;

export const assignPrivateIpAddresses: Action = {
  parameters: ['NetworkInterfaceId', ...choices, 'AllowReassignment'],
  perform(call) {
    const { parameters, state, random } = call;
    const eniId = parameters.required('NetworkInterfaceId');
    const choice = oneOf(parameters, choices);
    switch (choice) {
      case undefined:
        throw ec2Error('nothingToAssign');
      case 'several':
        throw ec2Error('tooMuchToAssign');
      case 'PrivateIpAddress.N':
        return withAddresses(call, eniId, parameters.list('PrivateIpAddress'));
      case 'SecondaryPrivateIpAddressCount': {
        const count = parameters.integer(choice) ?? 0;
        if (count <= 0) throw ec2Error('countNotPositive', { count });
        return withAddresses(
          call,
          eniId,
          chooseAddresses(state, eniId, count, (free) => random.shuffled(free)),
        );
      }
      case 'Ipv4Prefix.N':
        return withPrefixes(call, eniId, parameters.list('Ipv4Prefix'));
      case 'Ipv4PrefixCount': {
        const count = positive(parameters, choice);
        return withPrefixes(call, eniId, choosePrefixes(ipv4Prefixes, state, eniId, count, random));
      }
      default:
        return choice satisfies never;
    }
  },
};

function withAddresses({ parameters, state }: Call, eniId: string, addresses: readonly string[]): Outcome {
  return {
    state: assignAddresses(state, eniId, addresses, parameters.flag('AllowReassignment')),
    fields: fields(eniId, setOf('privateIpAddress', addresses), { items: [] }),
  };
}

function withPrefixes({ state }: Call, eniId: string, prefixes: readonly string[]): Outcome {
  return {
    state: assignPrefixes(ipv4Prefixes, state, eniId, prefixes),
    fields: fields(eniId, { items: [] }, setOf('ipv4Prefix', prefixes)),
  };
}

function fields(eniId: string, addresses: ItemSet, prefixes: ItemSet): Outcome['fields'] {
  return [
    ['networkInterfaceId', eniId],
    ['assignedPrivateIpAddressesSet', addresses],
    ['assignedIpv4PrefixSet', prefixes],
    ['return', true],
  ];
}

function setOf(name: string, values: readonly string[]): ItemSet {
  return { items: values.map((value): Content => [[name, value]]) };
}
