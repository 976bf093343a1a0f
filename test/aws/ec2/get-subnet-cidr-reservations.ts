/** GetSubnetCidrReservations. */
import { findSubnet } from '../cloud/find.ts';
import type { CidrReservation } from '../cloud/model.ts';
import type { Action } from './action.ts';
import { reservationFields } from './reservation-fields.ts';
import { type FilterValues, select } from './select.ts';
import type { Content } from './xml.ts';

/** More come in pages also if nobody asks for pages (terraform-provider-aws#45304). */
const PAGE = 255;

export const getSubnetCidrReservations: Action = {
  parameters: ['SubnetId', 'Filter.N.Name', 'Filter.N.Value.N', 'MaxResults', 'NextToken'],
  perform(call) {
    const subnet = findSubnet(call.state, call.parameters.required('SubnetId'));
    const { items, nextToken } = select<CidrReservation>(call, {
      idOf: ({ id }) => id,
      all: subnet.reservations,
      pageSize: PAGE,
      filters: new Map<string, FilterValues<CidrReservation>>([['reservationType', ({ type }) => [type]]]),
    });
    const describeAll = (reservations: readonly CidrReservation[]): Content => ({
      items: reservations.map((reservation) => reservationFields(subnet.id, reservation)),
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

function isIpv6(cidr: string): boolean {
  return cidr.includes(':');
}
