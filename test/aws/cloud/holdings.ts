/** What is taken of a subnet's blocks of either family: by AWS, by ENIs and by reservations. */
import { type Block, blockFrom, blockOfAddress, overlap } from './block.ts';
import { ec2Error } from './ec2-error.ts';
import { type CidrReservation, type CloudState, type Eni, enisOf, type Subnet } from './model.ts';

/** AWS keeps the first four addresses of a block and the last one. */
export function keptByAws({ family, first, size }: Block): readonly Block[] {
  return [
    { family, first, size: 4n },
    { family, first: first + size - 1n, size: 1n },
  ];
}

/** Every address of an ENI and every prefix delegated to it. */
export function heldBlocks(eni: Eni): readonly Block[] {
  return [
    ...[eni.primary, ...eni.secondaries, ...eni.ipv6].map(blockOfAddress),
    ...[...eni.prefixes, ...eni.ipv6Prefixes].map(blockFrom),
  ];
}

/** The block touches a reservation, of that type or of any. */
export function isReservedFrom(subnet: Subnet, block: Block, type?: CidrReservation['type']): boolean {
  return subnet.reservations.some(
    (reservation) =>
      (type ?? reservation.type) === reservation.type && overlap(blockFrom(reservation.cidr), block),
  );
}

/** AWS does not keep it, and no ENI holds anything of it. */
export function isUntouched(state: CloudState, subnet: Subnet, whole: Block, block: Block): boolean {
  const isTouched = (other: Block) => overlap(other, block);
  return !keptByAws(whole).some(isTouched) && !enisOf(state, subnet.id).flatMap(heldBlocks).some(isTouched);
}

/** What is reserved for prefixes is given out in prefixes only. */
export function checkReservations(subnet: Subnet, addresses: readonly string[]): void {
  const reserved = addresses.filter((address) => isReservedFrom(subnet, blockOfAddress(address), 'prefix'));
  if (reserved.length > 0) throw ec2Error('inPrefixReservation', { addresses: reserved.join(', ') });
}
