/** DescribeSubnets. */
import { findSubnet } from '../cloud/find.ts';
import { account, type CloudState, type Subnet } from '../cloud/model.ts';
import { availableCount } from '../cloud/subnet-space.ts';
import type { Action } from './action.ts';
import { type FilterValues, select, selectParameters } from './select.ts';
import type { Content } from './xml.ts';

const filters = new Map<string, FilterValues<Subnet>>([
  ['subnet-id', ({ id }) => [id]],
  ['vpc-id', ({ vpcId }) => [vpcId]],
  ['cidr-block', ({ cidr }) => [cidr]],
  ['availability-zone', ({ zone }) => [zone]],
]);

export const describeSubnets: Action = {
  parameters: selectParameters('SubnetId'),
  perform(call) {
    const { items, nextToken } = select<Subnet>(call, {
      idOf: ({ id }) => id,
      all: call.state.subnets.values(),
      byId: { parameter: 'SubnetId', find: (id) => findSubnet(call.state, id) },
      filters,
    });
    return {
      fields: [['subnetSet', { items: items.map((subnet) => describe(subnet, call.state)) }], ...nextToken],
    };
  },
};

function describe(subnet: Subnet, state: CloudState): Content {
  return [
    ['subnetId', subnet.id],
    ['state', 'available'],
    ['ownerId', account],
    ['vpcId', subnet.vpcId],
    ['cidrBlock', subnet.cidr],
    [
      'ipv6CidrBlockAssociationSet',
      { items: subnet.ipv6Cidr === undefined ? [] : [ipv6Block(subnet.ipv6Cidr)] },
    ],
    ['availableIpAddressCount', availableCount(state, subnet)],
    ['availabilityZone', subnet.zone],
    ['defaultForAz', false],
    ['mapPublicIpOnLaunch', false],
    ['tagSet', { items: [] }],
  ];
}

function ipv6Block(cidr: string): Content {
  return [
    ['ipv6CidrBlock', cidr],
    ['ipv6CidrBlockState', [['state', 'associated']]],
  ];
}
