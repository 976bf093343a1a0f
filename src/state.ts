/** Pure questions to a state, and new states made from old ones. */
import type {
  Assignment,
  Attachment,
  Delegation,
  EniRef,
  KnownEni,
  KnownSubnet,
  Mark,
  Reservation,
  State,
} from './model.ts';
import { everyOf, mentioning, replaceEach, withMore } from './reservations.ts';

/** What a transaction makes of a state. Returning the very same state commits nothing. */
export interface Change<T> {
  readonly state: State;
  readonly value: T;
}

/** Whether a reservation is the attachment's, as a function of the reservation. */
export const heldBy =
  ({ network, container, interface: name }: Attachment) =>
  (reservation: Reservation): boolean =>
    reservation.container === container && reservation.interface === name && reservation.network === network;

export const isHeldBy = (reservation: Reservation, attachment: Attachment): boolean =>
  heldBy(attachment)(reservation);

/** The ENIs on which the reservations are, each once. */
export const enisOf = (reservations: readonly Reservation[]): readonly EniRef[] => [
  ...new Map(reservations.flatMap(({ eni }) => (eni ? [[eni.id, eni] as const] : []))).values(),
];

/** An ENI as records name it. */
export const refTo = ({ id, region, subnet, mac }: EniRef): EniRef => ({
  id,
  region,
  subnet,
  ...(mac ? { mac } : {}),
});

/** All reservations of the node. */
export const allReservations = ({ reservations }: State): readonly Reservation[] => everyOf(reservations);

/** The reservations of one attachment, in any state. */
export const reservationsOf = (state: State, attachment: Attachment): readonly Reservation[] =>
  mentioning(state.reservations, attachment.container).filter(heldBy(attachment));

/**
 * Where an address may exist only once. With an ENI that is its subnet, whatever the network is
 * called: EC2 does not refuse an address that this same ENI already holds.
 */
export const scopeOf = (network: string, eni: { readonly subnet: string } | undefined): string =>
  eni ? eni.subnet : `network ${network}`;

/**
 * Applies `change` to each reservation: another value replaces it, undefined removes it. `value` is for those
 * who change only reservations in which it is the value of a field: others need not be read.
 */
export function mapReservations(
  state: State,
  change: (reservation: Reservation) => Reservation | undefined,
  value?: string,
): State {
  const reservations = replaceEach(state.reservations, change, value);
  return reservations === state.reservations ? state : { ...state, reservations };
}

/** As `mapReservations`, for the prefixes. */
export function mapDelegations(
  state: State,
  update: (delegation: Delegation) => Delegation | undefined,
): State {
  const delegations = state.delegations.flatMap((delegation) => update(delegation) ?? []);
  const same =
    delegations.length === state.delegations.length &&
    delegations.every((delegation, index) => delegation === state.delegations[index]);
  return same ? state : { ...state, delegations };
}

/** Applies `update` to all that the ENI is to hold: prefixes, and addresses that are in none of them. */
export function mapAssignments(
  state: State,
  eni: EniRef,
  update: <T extends Reservation | Delegation>(assignment: T) => T | undefined,
): State {
  const onEni = <T extends Reservation | Delegation>(one: T): T | undefined =>
    one.eni?.id === eni.id ? update(one) : one;
  return mapReservations(mapDelegations(state, onEni), (one) => (one.prefix ? one : onEni(one)));
}

/** All that the ENI is to hold: prefixes, and addresses that are in none of them. */
export const assignmentsOn = (
  state: State,
  eni: { readonly id: string },
): readonly (Reservation | Delegation)[] => [
  ...state.delegations.filter((one) => one.eni.id === eni.id),
  ...allReservations(state).filter((one) => one.eni?.id === eni.id && !one.prefix),
];

/** Whether two records of the same address or prefix are of one owner; a prefix has none but the node. */
export const isSameOwner = (a: Assignment | Reservation, b: Assignment | Reservation): boolean =>
  'container' in a && 'container' in b ? isHeldBy(a, b) : 'container' in a === 'container' in b;

/** How many pods are in each prefix, as a function of the prefix; the state is gone through once. */
export function podsInPrefixes(state: State): (delegation: Delegation) => number {
  const counts = new Map<string, number>();
  for (const { prefix, eni } of allReservations(state)) {
    if (prefix === undefined) continue;
    const key = `${eni?.id} ${prefix}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return ({ address, eni }) => counts.get(`${eni.id} ${address}`) ?? 0;
}

/** The same without some of its optional fields. */
export function without<T extends Assignment>(assignment: T, ...fields: readonly Passing[]): T {
  const rest: { -readonly [K in keyof T]: T[K] } = { ...assignment };
  for (const field of fields) delete rest[field];
  return rest;
}

/** Fields that come and go on an assignment's way through its states. */
type Passing = 'deadline' | 'reassign' | 'lost' | 'unasked';

export const addReservations = (state: State, added: readonly Reservation[]): State => ({
  ...state,
  reservations: withMore(state.reservations, added),
});

/**
 * Adds marks; a mark replaces an older one on the same address and ENI for the same reason. What is
 * `released` is explained: those two reasons replace one another.
 */
export function addMarks(state: State, added: readonly Mark[]): State {
  if (added.length === 0) return state;
  const key = ({ scope, address, reason, eni }: Mark): string =>
    `${scope} ${address} ${reason === 'unexplained' ? 'released' : reason} ${eni}`;
  const replaced = new Set(added.map(key));
  return { ...state, marks: [...state.marks.filter((mark) => !replaced.has(key(mark))), ...added] };
}

/** Drops the marks, limits and bindings whose time is over. */
export function pruneExpired(state: State, now: number): State {
  const isCurrent = ({ until }: { readonly until: number }): boolean => until > now;
  const { marks, limits, bindings } = state;
  if ([...marks, ...limits, ...bindings].every(isCurrent)) return state;
  return {
    ...state,
    marks: marks.filter(isCurrent),
    limits: limits.filter(isCurrent),
    bindings: bindings.filter(isCurrent),
  };
}

/** Remembers an ENI under the MAC or id by which it was looked for, and forgets what earlier boots knew. */
export function rememberEni(state: State, key: string, eni: KnownEni): State {
  const current = Object.entries(state.enis).filter(([, { boot }]) => boot === eni.boot);
  return { ...state, enis: { ...Object.fromEntries(current), [key]: eni } };
}

/** Remembers what a subnet reserves. Earlier boots stay: what EC2 told then does when it does not tell now. */
export const rememberSubnet = (state: State, id: string, subnet: KnownSubnet): State => ({
  ...state,
  subnets: { ...state.subnets, [id]: subnet },
});

/** Forgets an ENI that is not there any more. */
export function forgetEni(state: State, id: string): State {
  const left = Object.entries(state.enis).filter(([, eni]) => eni.id !== id);
  return left.length === Object.keys(state.enis).length
    ? state
    : { ...state, enis: Object.fromEntries(left) };
}
