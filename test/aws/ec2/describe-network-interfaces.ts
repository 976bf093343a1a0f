/** DescribeNetworkInterfaces. */
import { findEni, findSubnet } from '../cloud/find.ts';
import { account, type CloudState, type Eni, securityGroup } from '../cloud/model.ts';
import type { Action } from './action.ts';
import { privateAddressSet } from './address-set.ts';
import { type FilterValues, select, selectParameters } from './select.ts';
import { tagSet } from './tags.ts';
import type { Content, Field } from './xml.ts';

export const describeNetworkInterfaces: Action = {
  parameters: selectParameters('NetworkInterfaceId'),
  perform(call) {
    const { items, nextToken } = select<Eni>(call, {
      idOf: ({ id }) => id,
      all: call.state.enis.values(),
      byId: { parameter: 'NetworkInterfaceId', find: (id) => findEni(call.state, id) },
      filters: filtersIn(call.state),
      tagsOf: ({ tags }) => tags,
    });
    return {
      fields: [
        ['networkInterfaceSet', { items: items.map((eni) => describe(eni, call.state)) }],
        ...nextToken,
      ],
    };
  },
};

function filtersIn(state: CloudState): ReadonlyMap<string, FilterValues<Eni>> {
  const subnetOf = (eni: Eni) => findSubnet(state, eni.subnetId);
  return new Map<string, FilterValues<Eni>>([
    ['network-interface-id', ({ id }) => [id]],
    ['mac-address', ({ mac }) => [mac]],
    ['status', (eni) => [status(eni)]],
    ['subnet-id', ({ subnetId }) => [subnetId]],
    ['vpc-id', (eni) => [subnetOf(eni).vpcId]],
    ['availability-zone', (eni) => [subnetOf(eni).zone]],
    ['private-ip-address', ({ primary }) => [primary]],
    ['addresses.private-ip-address', ({ primary, secondaries }) => [primary, ...secondaries]],
    ['ipv6-addresses.ipv6-address', ({ ipv6 }) => ipv6],
    ['attachment.instance-id', ({ attachment }) => (attachment ? [attachment.instanceId] : [])],
    ['attachment.device-index', ({ attachment }) => (attachment ? [String(attachment.deviceIndex)] : [])],
  ]);
}

function describe(eni: Eni, state: CloudState): Content {
  const subnet = findSubnet(state, eni.subnetId);
  return [
    ['networkInterfaceId', eni.id],
    ['subnetId', eni.subnetId],
    ['vpcId', subnet.vpcId],
    ['availabilityZone', subnet.zone],
    ['description', ''],
    ['ownerId', account],
    ['requesterManaged', false],
    ['status', status(eni)],
    ['macAddress', eni.mac],
    ['privateIpAddress', eni.primary],
    ['sourceDestCheck', true],
    [
      'groupSet',
      {
        items: [
          [
            ['groupId', securityGroup],
            ['groupName', 'default'],
          ],
        ],
      },
    ],
    ...attachmentField(eni),
    ['tagSet', tagSet(eni.tags)],
    ['privateIpAddressesSet', privateAddressSet(eni)],
    ['ipv6AddressesSet', { items: eni.ipv6.map((address): Content => [['ipv6Address', address]]) }],
    ['ipv4PrefixSet', { items: eni.prefixes.map((prefix): Content => [['ipv4Prefix', prefix]]) }],
    ['ipv6PrefixSet', { items: eni.ipv6Prefixes.map((prefix): Content => [['ipv6Prefix', prefix]]) }],
    ['interfaceType', 'interface'],
  ];
}

function attachmentField({ id, attachment }: Eni): readonly Field[] {
  if (!attachment) return [];
  const fields: Content = [
    ['attachmentId', id.replace('eni-', 'eni-attach-')],
    ['instanceId', attachment.instanceId],
    ['instanceOwnerId', account],
    ['deviceIndex', attachment.deviceIndex],
    ['status', 'attached'],
    ['deleteOnTermination', attachment.deviceIndex === 0],
  ];
  return [['attachment', fields]];
}

function status({ attachment }: Eni): string {
  return attachment ? 'in-use' : 'available';
}
