/** GetSubnetCidrReservations. */
import { findSubnet } from '../cloud/find.ts';
import { account, type CidrReservation } from '../cloud/model.ts';
import type { Action } from './action.ts';
import { type FilterValues, select } from './select.ts';
import type { Content } from './xml.ts';

export const getSubnetCidrReservations: Action = {
  parameters: ['SubnetId', 'Filter.N.Name', 'Filter.N.Value.N', 'MaxResults', 'NextToken'],
  perform(call) {
    const subnet = findSubnet(call.state, call.parameters.required('SubnetId'));
    const { items, nextToken } = select<CidrReservation>(call, {
      idOf: ({ id }) => id,
      all: subnet.reservations,
      filters: new Map<string, FilterValues<CidrReservation>>([['reservationType', ({ type }) => [type]]]),
    });
    const describeAll = (reservations: readonly CidrReservation[]): Content => ({
      items: reservations.map((reservation) => describe(subnet.id, reservation)),
    });
    return {
      fields: [
        ['subnetIpv4CidrReservationSet', describeAll(items.filter(({ cidr }) => !isIpv6(cidr)))],
        ['subnetIpv6CidrReservationSet', describeAll(items.filter(({ cidr }) => isIpv6(cidr)))],
        ...nextToken,
      ],
    };
  },
};

function describe(subnetId: string, { id, cidr, type }: CidrReservation): Content {
  return [
    ['subnetCidrReservationId', id],
    ['subnetId', subnetId],
    ['cidr', cidr],
    ['reservationType', type],
    ['ownerId', account],
    ['description', ''],
    ['tagSet', { items: [] }],
  ];
}

function isIpv6(cidr: string): boolean {
  return cidr.includes(':');
}
