/** Which addresses of a subnet can be given out, and which are. */
import { blockContains, formatIpv4, type Ipv4Block, parseIpv4, parseIpv4Block } from './ipv4.ts';
import { type CloudState, type Eni, enisOf, type Subnet } from './model.ts';

/** AWS keeps the first four addresses of a subnet and the last one. */
const keptAtStart = 4;
const keptAtEnd = 1;

/** The block of a CIDR that was checked when it was seeded. */
export function blockOf(cidr: string): Ipv4Block {
  const block = parseIpv4Block(cidr);
  if (!block) throw new Error(`Not an IPv4 CIDR: ${cidr}`);
  return block;
}

export function isReserved(subnet: Subnet, address: number): boolean {
  const { first, size } = blockOf(subnet.cidr);
  return address < first + keptAtStart || address >= first + size - keptAtEnd;
}

/** The address is the ENI's own, or lies in a block delegated to it. */
function holds(eni: Eni, address: string): boolean {
  return eni.primary === address || eni.secondaries.includes(address) || holdsByPrefix(eni, address);
}

export function holdsByPrefix(eni: Eni, address: string): boolean {
  const number = parseIpv4(address);
  return number !== undefined && eni.prefixes.some((prefix) => blockContains(blockOf(prefix), number));
}

/** How many of the subnet's addresses nobody holds. */
export function availableCount(state: CloudState, subnet: Subnet): number {
  const held = enisOf(state, subnet.id).map(
    (eni) => 1 + eni.secondaries.length + eni.prefixes.reduce((sum, prefix) => sum + blockOf(prefix).size, 0),
  );
  return held.reduce((free, count) => free - count, blockOf(subnet.cidr).size - keptAtStart - keptAtEnd);
}

/** The address can be given to an ENI: it is not AWS's own, and nobody holds it. */
export function isFree(state: CloudState, subnet: Subnet, address: string): boolean {
  const number = parseIpv4(address);
  if (number === undefined || !blockContains(blockOf(subnet.cidr), number)) return false;
  return !isReserved(subnet, number) && !enisOf(state, subnet.id).some((eni) => holds(eni, address));
}

/** What EC2 may choose from, from the lowest on: free, and in no reservation of the subnet's CIDR. */
export function* freeAddresses(state: CloudState, subnet: Subnet): Generator<string> {
  const { first, size } = blockOf(subnet.cidr);
  const reservations = subnet.reservations.flatMap(({ cidr }) => parseIpv4Block(cidr) ?? []);
  for (let number = first; number < first + size; number += 1) {
    if (reservations.some((reservation) => blockContains(reservation, number))) continue;
    const address = formatIpv4(number);
    if (isFree(state, subnet, address)) yield address;
  }
}
