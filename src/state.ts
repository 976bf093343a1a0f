/** Pure questions to a state, and new states made from old ones. */
import type { Attachment, EniRef, Mark, Reservation, State } from './model.ts';

/** What a transaction makes of a state. Returning the very same state commits nothing. */
export interface Change<T> {
  readonly state: State;
  readonly value: T;
}

export const isHeldBy = (
  reservation: Reservation,
  { network, container, interface: name }: Attachment,
): boolean =>
  reservation.container === container && reservation.interface === name && reservation.network === network;

/** Whether a reservation is the attachment's, as a function of the reservation. */
export const heldBy =
  (attachment: Attachment) =>
  (reservation: Reservation): boolean =>
    isHeldBy(reservation, attachment);

/** The ENIs on which the reservations are, each once. */
export const enisOf = (reservations: readonly Reservation[]): readonly EniRef[] => [
  ...new Map(reservations.flatMap(({ eni }) => (eni ? [[eni.id, eni] as const] : []))).values(),
];

/** The reservations of one attachment, in any state. */
export const reservationsOf = (state: State, attachment: Attachment): readonly Reservation[] =>
  state.reservations.filter((reservation) => isHeldBy(reservation, attachment));

/**
 * Where an address may exist only once. With an ENI that is its subnet, whatever the network is
 * called: EC2 does not refuse an address that this same ENI already holds.
 */
export const scopeOf = (network: string, eni: { readonly subnet: string } | undefined): string =>
  eni ? eni.subnet : `network ${network}`;

/** Applies `update` to each reservation: another value replaces it, undefined removes it. */
export function mapReservations(
  state: State,
  update: (reservation: Reservation) => Reservation | undefined,
): State {
  const reservations = state.reservations.flatMap((reservation) => update(reservation) ?? []);
  const same =
    reservations.length === state.reservations.length &&
    reservations.every((reservation, index) => reservation === state.reservations[index]);
  return same ? state : { ...state, reservations };
}

export const addReservations = (state: State, added: readonly Reservation[]): State => ({
  ...state,
  reservations: [...state.reservations, ...added],
});

/** Adds marks; a mark replaces an older one on the same address and ENI for the same reason. */
export function addMarks(state: State, added: readonly Mark[]): State {
  if (added.length === 0) return state;
  const key = ({ scope, address, reason, eni }: Mark): string => `${scope} ${address} ${reason} ${eni}`;
  const replaced = new Set(added.map(key));
  return { ...state, marks: [...state.marks.filter((mark) => !replaced.has(key(mark))), ...added] };
}

/** Drops the marks whose time is over. */
export function pruneMarks(state: State, now: number): State {
  const marks = state.marks.filter((mark) => mark.until > now);
  return marks.length === state.marks.length ? state : { ...state, marks };
}
