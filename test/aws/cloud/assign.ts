/** Secondary addresses go onto an ENI: everything is checked before anything changes. */
import { ec2Error } from './ec2-error.ts';
import { findEni, findSubnet } from './find.ts';
import { checkReservations } from './holdings.ts';
import { blockContains, parseIpv4 } from './ipv4.ts';
import { type CloudState, type Eni, enisOf, type Subnet, withEnis, withoutSecondaries } from './model.ts';
import { checkIpv4Room } from './room.ts';
import { blockOf, freeAddresses, holdsByPrefix, isReserved } from './subnet-space.ts';

/** These addresses, or none of them. With `mayMove` they are taken from whatever ENI holds them. */
export function assignAddresses(
  state: CloudState,
  eniId: string,
  addresses: readonly string[],
  mayMove: boolean,
): CloudState {
  const eni = findEni(state, eniId);
  const subnet = findSubnet(state, eni.subnetId);
  for (const address of addresses) checkPlace(subnet, address);
  const enis = enisOf(state, subnet.id);
  if (enis.some(({ primary }) => addresses.includes(primary))) throw ec2Error('primaryElsewhere');
  const others = enis.filter((other) => other.id !== eni.id);
  checkOwners(others, addresses, mayMove);
  // An address that the ENI already holds is a success and takes no room.
  const gained = [...new Set(addresses)].filter((address) => !eni.secondaries.includes(address));
  checkReservations(subnet, gained);
  checkIpv4Room(state, eni, gained.length);
  const losers = others
    .filter(({ secondaries }) => secondaries.some((address) => gained.includes(address)))
    .map((other) => withoutSecondaries(other, gained));
  return withEnis(state, ...losers, { ...eni, secondaries: [...eni.secondaries, ...gained] });
}

/** So many addresses of EC2's own choice: whatever `order` puts in front. */
export function chooseAddresses(
  state: CloudState,
  eniId: string,
  count: number,
  order: (free: readonly string[]) => readonly string[],
): readonly string[] {
  const eni = findEni(state, eniId);
  checkIpv4Room(state, eni, count);
  const free = [...freeAddresses(state, findSubnet(state, eni.subnetId))];
  if (free.length < count) throw ec2Error('subnetFull');
  return order(free).slice(0, count);
}

function checkPlace(subnet: Subnet, address: string): void {
  const number = parseIpv4(address);
  if (number === undefined) throw ec2Error('notAnAddress', { address });
  if (!blockContains(blockOf(subnet.cidr), number)) throw ec2Error('outsideSubnet');
  if (isReserved(subnet, number)) throw ec2Error('reservedAddress', { address });
}

function checkOwners(others: readonly Eni[], addresses: readonly string[], mayMove: boolean): void {
  const delegated = addresses.filter((address) => others.some((other) => holdsByPrefix(other, address)));
  if (delegated.length > 0) throw ec2Error('inPrefixElsewhere', { addresses: delegated.join(', ') });
  if (mayMove) return;
  const taken = addresses.filter((address) =>
    others.some(({ secondaries }) => secondaries.includes(address)),
  );
  if (taken.length > 0) throw ec2Error('assignedElsewhere', { addresses: taken.join(', ') });
}
