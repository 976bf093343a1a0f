/** A reservation of a subnet's CIDR, as several answers show it. */
import { account, type CidrReservation } from '../cloud/model.ts';
import type { Field } from './xml.ts';

export function reservationFields(subnetId: string, { id, cidr, type }: CidrReservation): readonly Field[] {
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
