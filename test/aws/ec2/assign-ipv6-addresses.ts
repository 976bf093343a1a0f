/** AssignIpv6Addresses. */
import { assignIpv6Addresses as assign, chooseIpv6Addresses } from '../cloud/assign-ipv6.ts';
import { ec2Error } from '../cloud/ec2-error.ts';
import { canonicalIpv6 } from '../cloud/ipv6-space.ts';
import { assignPrefixes, canonicalPrefix, choosePrefixes, ipv6Prefixes } from '../cloud/prefixes.ts';
import type { Action, Call, Outcome } from './action.ts';
import { oneOf, positive } from './one-of.ts';

const choices = ['Ipv6Addresses.N', 'Ipv6AddressCount', 'Ipv6Prefix.N', 'Ipv6PrefixCount'] as const;

export const assignIpv6Addresses: Action = {
  parameters: ['NetworkInterfaceId', ...choices],
  perform(call) {
    const { parameters, state, random } = call;
    const eniId = parameters.required('NetworkInterfaceId');
    const choice = oneOf(parameters, choices);
    switch (choice) {
      case undefined:
        throw ec2Error('noIpv6ToAssign');
      case 'several':
        throw ec2Error('tooMuchIpv6ToAssign');
      case 'Ipv6Addresses.N':
        return withAddresses(call, eniId, parameters.list('Ipv6Addresses'));
      case 'Ipv6AddressCount': {
        const count = positive(parameters, choice);
        return withAddresses(call, eniId, chooseIpv6Addresses(state, eniId, count, random));
      }
      case 'Ipv6Prefix.N':
        return withPrefixes(call, eniId, parameters.list('Ipv6Prefix'));
      case 'Ipv6PrefixCount': {
        const count = positive(parameters, choice);
        return withPrefixes(call, eniId, choosePrefixes(ipv6Prefixes, state, eniId, count, random));
      }
      default:
        return choice satisfies never;
    }
  },
};

function withAddresses({ state }: Call, eniId: string, wanted: readonly string[]): Outcome {
  return {
    state: assign(state, eniId, wanted),
    fields: [
      ['networkInterfaceId', eniId],
      ['assignedIpv6Addresses', { items: wanted.map((text) => canonicalIpv6(text) ?? text) }],
    ],
  };
}

function withPrefixes({ state }: Call, eniId: string, wanted: readonly string[]): Outcome {
  return {
    state: assignPrefixes(ipv6Prefixes, state, eniId, wanted),
    fields: [
      ['networkInterfaceId', eniId],
      ['assignedIpv6PrefixSet', { items: wanted.map((text) => canonicalPrefix(ipv6Prefixes, text)) }],
    ],
  };
}
