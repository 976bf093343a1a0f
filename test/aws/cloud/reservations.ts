/** Reservations of a subnet's CIDR come and go. */
import { blockFrom, formatBlock, isWithin, overlap, parseBlock } from './block.ts';
import { ec2Error } from './ec2-error.ts';
import { findSubnet } from './find.ts';
import type { CidrReservation, CloudState, Subnet } from './model.ts';

/** What lies in the block already may stay there. */
export function addReservation(
  state: CloudState,
  subnetId: string,
  { cidr, ...about }: CidrReservation,
): CloudState {
  const subnet = findSubnet(state, subnetId);
  const block = parseBlock(cidr);
  const wholes = [subnet.cidr, subnet.ipv6Cidr ?? []].flat().map(blockFrom);
  if (!block || !wholes.some((whole) => isWithin(block, whole))) throw ec2Error('badReservation', { cidr });
  const isTaken = subnet.reservations.some((other) => overlap(blockFrom(other.cidr), block));
  if (isTaken) throw ec2Error('reservationOverlaps', { cidr });
  const reservation = { ...about, cidr: formatBlock(block) };
  return withSubnet(state, { ...subnet, reservations: [...subnet.reservations, reservation] });
}

/** The reservation with that id, and the subnet that it belongs to. */
export function findReservation(
  state: CloudState,
  id: string,
): { readonly subnet: Subnet; readonly reservation: CidrReservation } {
  for (const subnet of state.subnets.values()) {
    const reservation = subnet.reservations.find((candidate) => candidate.id === id);
    if (reservation) return { subnet, reservation };
  }
  throw ec2Error('reservationNotFound', { id });
}

export function removeReservation(state: CloudState, id: string): CloudState {
  const { subnet, reservation } = findReservation(state, id);
  return withSubnet(state, {
    ...subnet,
    reservations: subnet.reservations.filter((other) => other !== reservation),
  });
}

function withSubnet(state: CloudState, subnet: Subnet): CloudState {
  return { ...state, subnets: new Map([...state.subnets, [subnet.id, subnet]]) };
}
