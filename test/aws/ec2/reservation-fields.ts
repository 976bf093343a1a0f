/** A reservation of a subnet's CIDR, as several answers show it. */
import { account, type CidrReservation } from '../cloud/model.ts';
import type { Field } from './xml.ts';

/** One that was made without a description has none (VPC guide, the example of its answer). */
export function reservationFields(
  subnetId: string,
  { id, cidr, type, description }: CidrReservation,
): readonly Field[] {
  return [
    ['subnetCidrReservationId', id],
    ['subnetId', subnetId],
    ['cidr', cidr],
    ['reservationType', type],
    ['ownerId', account],
    ...(description === undefined ? [] : [['description', description] as const]),
    ['tagSet', { items: [] }],
  ];
}
