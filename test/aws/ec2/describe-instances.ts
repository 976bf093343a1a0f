/** DescribeInstances, as far as networking goes. */
import { ec2Error } from '../cloud/ec2-error.ts';
import { account, type CloudState, type Eni, type Instance, instanceStates } from '../cloud/model.ts';
import type { Action } from './action.ts';
import { privateAddressSet } from './address-set.ts';
import { type FilterValues, select, selectParameters } from './select.ts';
import type { Content } from './xml.ts';

const filters = new Map<string, FilterValues<Instance>>([
  ['instance-id', ({ id }) => [id]],
  ['instance-type', ({ type }) => [type]],
]);

export const describeInstances: Action = {
  parameters: selectParameters('InstanceId'),
  perform(call) {
    const { items, nextToken } = select<Instance>(call, {
      idOf: ({ id }) => id,
      all: call.state.instances.values(),
      byId: { parameter: 'InstanceId', find: (id) => call.state.instances.get(id) ?? missing(id) },
      filters,
    });
    return {
      fields: [
        ['reservationSet', { items: items.map((instance) => describe(instance, call.state)) }],
        ...nextToken,
      ],
    };
  },
};

function missing(id: string): never {
  throw ec2Error('instanceNotFound', { id });
}

function describe(instance: Instance, state: CloudState): Content {
  const enis = [...state.enis.values()].filter(({ attachment }) => attachment?.instanceId === instance.id);
  const first = enis.find(({ attachment }) => attachment?.deviceIndex === 0);
  const fields: Content = [
    ['instanceId', instance.id],
    [
      'instanceState',
      [
        ['code', instanceStates[instance.state]],
        ['name', instance.state],
      ],
    ],
    ['instanceType', instance.type],
    ...(first
      ? ([
          ['subnetId', first.subnetId],
          ['privateIpAddress', first.primary],
        ] as const)
      : []),
    ['networkInterfaceSet', { items: enis.map(describeInterface) }],
    ['tagSet', { items: [] }],
  ];
  return [
    ['reservationId', instance.id.replace('i-', 'r-')],
    ['ownerId', account],
    ['groupSet', { items: [] }],
    ['instancesSet', { items: [fields] }],
  ];
}

function describeInterface(eni: Eni): Content {
  return [
    ['networkInterfaceId', eni.id],
    ['subnetId', eni.subnetId],
    ['macAddress', eni.mac],
    ['privateIpAddress', eni.primary],
    [
      'attachment',
      [
        ['deviceIndex', eni.attachment?.deviceIndex ?? 0],
        ['status', 'attached'],
      ],
    ],
    ['privateIpAddressesSet', privateAddressSet(eni)],
  ];
}
