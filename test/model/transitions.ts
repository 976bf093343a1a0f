/** The ways in which reservations may change from one commit to the next. */
import assert from 'node:assert/strict';
import type { Reservation, State } from '../../src/model.ts';
import { allReservations } from '../../src/state.ts';

type Stage = Reservation['state'] | 'nothing';

const ON_ENI: ReadonlySet<string> = new Set([
  'nothing → assigning',
  'assigning → assigned',
  'assigning → refused',
  'assigning → releasing',
  'assigned → releasing',
  'releasing → nothing',
  'refused → nothing',
] satisfies readonly `${Stage} → ${Stage}`[]);

const WITHOUT_ENI: ReadonlySet<string> = new Set([
  'nothing → assigned',
  'assigned → nothing',
] satisfies readonly `${Stage} → ${Stage}`[]);

/** What comes with a prefix may be there at once, and leaves nothing behind. */
const IN_PREFIX: ReadonlySet<string> = new Set([
  'nothing → assigning',
  'nothing → assigned',
  'assigning → assigned',
  'assigning → refused',
  'assigning → nothing',
  'assigned → nothing',
  'refused → nothing',
] satisfies readonly `${Stage} → ${Stage}`[]);

/** A prefix that EC2 refused is forgotten at once; one that the ENI lost is given back when somebody else has it. */
const OF_PREFIXES: ReadonlySet<string> = new Set([
  'nothing → assigning',
  'assigning → assigned',
  'assigning → nothing',
  'assigning → releasing',
  'assigned → releasing',
  'releasing → nothing',
] satisfies readonly `${Stage} → ${Stage}`[]);

/** An address may pass from one attachment to another, when the first one's pod is provably gone. */
const HANDED_ON: ReadonlySet<string> = new Set(['assigned → assigned', 'assigned → assigning']);

/** @throws AssertionError that names the reservation and how it moved. */
export function checkTransitions(before: State, after: State, isGone: (container: string) => boolean): void {
  checkPrefixes(before, after);
  const earlier = byPlace(before);
  const later = byPlace(after);
  for (const place of new Set([...earlier.keys(), ...later.keys()])) {
    const one = earlier.get(place);
    const other = later.get(place);
    const move = `${one?.state ?? 'nothing'} → ${other?.state ?? 'nothing'}`;
    if (one?.state === other?.state) continue;
    if (allowedTo(one ?? other).has(move)) continue;
    assert.ok(isHandedOn(before, after, one ?? other, isGone), `${place} moved ${move}`);
  }
}

function allowedTo({ eni, prefix }: Partial<Reservation> = {}): ReadonlySet<string> {
  if (prefix !== undefined) return IN_PREFIX;
  return eni ? ON_ENI : WITHOUT_ENI;
}

function checkPrefixes(before: State, after: State): void {
  const earlier = new Map(before.delegations.map((one) => [one.address, one.state]));
  const later = new Map(after.delegations.map((one) => [one.address, one.state]));
  for (const prefix of new Set([...earlier.keys(), ...later.keys()])) {
    const [one = 'nothing', other = 'nothing'] = [earlier.get(prefix), later.get(prefix)];
    const isAllowed = one === other || OF_PREFIXES.has(`${one} → ${other}`);
    assert.ok(isAllowed, `${prefix} moved ${one} → ${other}`);
  }
}

/** Whether this commit gave the reservation's address from a pod that is gone to another attachment. */
function isHandedOn(
  before: State,
  after: State,
  { network, address, eni }: Partial<Reservation> = {},
  isGone: (container: string) => boolean,
): boolean {
  const isIt = (one: Reservation): boolean =>
    one.address === address && one.eni?.id === eni?.id && (eni !== undefined || one.network === network);
  const givers = allReservations(before)
    .filter(isIt)
    .filter((one) => !allReservations(after).some(isSame(one)));
  const takers = allReservations(after)
    .filter(isIt)
    .filter((one) => !allReservations(before).some(isSame(one)));
  const [giver] = givers;
  const [taker] = takers;
  if (givers.length !== 1 || takers.length !== 1 || !giver || !taker) return false;
  return isGone(giver.container) && HANDED_ON.has(`${giver.state} → ${taker.state}`);
}

const isSame = (one: Reservation) => (other: Reservation) => placeOf(one) === placeOf(other);

const placeOf = ({ network, container, interface: name, set, address }: Reservation): string =>
  `${address} of set ${set} for ${name} of ${container} on ${network}`;

function byPlace(state: State): ReadonlyMap<string, Reservation> {
  const reservations = allReservations(state);
  const places = new Map(reservations.map((one) => [placeOf(one), one]));
  assert.equal(places.size, reservations.length, 'no reservation is there twice');
  return places;
}
