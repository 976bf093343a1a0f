/** DescribeInstanceTypes: the limits of a type's network interfaces. */
import { ec2Error } from '../cloud/ec2-error.ts';
import { type InstanceType, instanceTypes } from '../cloud/instance-types.ts';
import type { Action } from './action.ts';
import { type FilterValues, select, selectParameters } from './select.ts';
import type { Content } from './xml.ts';

type Named = readonly [name: string, type: InstanceType];

export const describeInstanceTypes: Action = {
  parameters: selectParameters('InstanceType'),
  perform(call) {
    const all: readonly Named[] = [...instanceTypes];
    const { items, nextToken } = select<Named>(call, {
      idOf: ([name]) => name,
      all,
      byId: { parameter: 'InstanceType', find: (id) => all.find(([name]) => name === id) ?? missing(id) },
      filters: new Map<string, FilterValues<Named>>([['instance-type', ([name]) => [name]]]),
    });
    return { fields: [['instanceTypeSet', { items: items.map(describe) }], ...nextToken] };
  },
};

function missing(id: string): never {
  throw ec2Error('instanceTypeNotFound', { id });
}

function describe([name, type]: Named): Content {
  return [
    ['instanceType', name],
    ['hypervisor', 'nitro'],
    [
      'networkInfo',
      [
        ['maximumNetworkInterfaces', type.interfaces],
        ['maximumNetworkCards', 1],
        ['ipv4AddressesPerInterface', type.ipv4PerInterface],
        ['ipv6AddressesPerInterface', type.ipv6PerInterface],
        ['ipv6Supported', true],
      ],
    ],
  ];
}
