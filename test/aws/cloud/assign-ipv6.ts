/** IPv6 addresses go onto an ENI: all of them or none, and never away from another ENI. */
import type { Random } from '../random.ts';
import { blockFrom, blockOfAddress, overlap } from './block.ts';
import { ec2Error } from './ec2-error.ts';
import { findEni, findSubnet } from './find.ts';
import { checkReservations, isReservedFrom, isUntouched } from './holdings.ts';
import { formatIpv6 } from './ipv6.ts';
import { ipv6BlockOf, placedIpv6 } from './ipv6-space.ts';
import { type CloudState, type Eni, enisOf, withEnis } from './model.ts';
import { checkIpv6Room } from './room.ts';

/** These addresses, in any spelling, or none of them. */
export function assignIpv6Addresses(state: CloudState, eniId: string, wanted: readonly string[]): CloudState {
  const eni = findEni(state, eniId);
  const subnet = findSubnet(state, eni.subnetId);
  const addresses = [...new Set(wanted.map((text) => placedIpv6(subnet, text)))];
  const others = enisOf(state, subnet.id).filter((other) => other.id !== eni.id);
  checkOwners(others, addresses);
  // An address that the ENI already holds is a success and takes no room.
  const gained = addresses.filter((address) => !eni.ipv6.includes(address));
  checkReservations(subnet, gained);
  checkIpv6Room(state, eni, gained.length);
  return withEnis(state, { ...eni, ipv6: [...eni.ipv6, ...gained] });
}

/** Room enough to fill a block far narrower than a real one. */
const maxTries = 10_000;

/** So many addresses of EC2's own choice. */
export function chooseIpv6Addresses(
  state: CloudState,
  eniId: string,
  count: number,
  random: Random,
): readonly string[] {
  const eni = findEni(state, eniId);
  const subnet = findSubnet(state, eni.subnetId);
  const whole = ipv6BlockOf(subnet);
  checkIpv6Room(state, eni, count);
  const chosen = new Set<string>();
  // A /64 is so empty that trying is quicker than listing.
  for (let tries = 0; chosen.size < count; tries += 1) {
    if (tries === maxTries) throw ec2Error('subnetFull');
    const block = { ...whole, first: whole.first + (random.bits64() % whole.size), size: 1n };
    if (isReservedFrom(subnet, block) || !isUntouched(state, subnet, whole, block)) continue;
    chosen.add(formatIpv6(block.first));
  }
  return [...chosen];
}

function checkOwners(others: readonly Eni[], addresses: readonly string[]): void {
  const isDelegated = (address: string): boolean =>
    others.some(({ ipv6Prefixes }) =>
      ipv6Prefixes.some((prefix) => overlap(blockFrom(prefix), blockOfAddress(address))),
    );
  const delegated = addresses.filter(isDelegated);
  if (delegated.length > 0) throw ec2Error('inPrefixElsewhere', { addresses: delegated.join(', ') });
  const taken = addresses.filter((address) => others.some(({ ipv6 }) => ipv6.includes(address)));
  if (taken.length > 0) throw ec2Error('ipv6Elsewhere', { addresses: taken.join(', ') });
}
