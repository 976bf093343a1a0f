/** What is seen on an ENI beside what the records tell: strays, and addresses that nothing explains. */
import { wasAskedFor } from '../allocator/asked.ts';
import type { EniRef, Mark, MarkReason, State } from '../model.ts';
import { allReservations, assignmentsOn } from '../state.ts';

/** How long an address that nothing explains is left alone after it was seen. */
const UNEXPLAINED_MS = 5 * 60_000;

/** Marks on addresses that explain why an ENI may hold them though no pod has them. */
const EXPLAINING: ReadonlySet<MarkReason> = new Set(['released', 'asked', 'unsettled']);

/**
 * Of what the ENI holds, the addresses that this node asked for and nobody has. Only these may be
 * taken off unasked: what no mark explains is somebody else's.
 */
export function straysAmong(
  listed: readonly string[],
  state: State,
  eni: EniRef,
  now: number,
): readonly string[] {
  const taken = takenIn(eni.subnet, state);
  return listed.filter((address) => wasAskedFor(address, eni, state, now) && !taken.has(address));
}

/**
 * Of what the ENI holds, the addresses that no record tells about: somebody put them there, or our
 * state was lost. An address that is about to be assigned is among them, unless EC2 may have heard of
 * it before.
 */
export function unexplainedAmong(
  listed: readonly string[],
  state: State,
  eni: EniRef,
  now: number,
): readonly string[] {
  const own = Object.values(state.enis).find(({ id }) => id === eni.id)?.primary;
  const marks = marksOn(state, eni, now).filter(({ reason }) => EXPLAINING.has(reason));
  const records = assignmentsOn(state, eni).filter(
    (one) => one.state !== 'refused' && (one.state !== 'assigning' || one.unconfirmed === true),
  );
  const explained = new Set([own, ...[...marks, ...records].map(({ address }) => address)]);
  return listed.filter((address) => !explained.has(address));
}

/** So that addresses which nothing explains are not given out. */
export const unexplainedMarks = (addresses: readonly string[], eni: EniRef, now: number): readonly Mark[] =>
  addresses.map((address) => ({
    scope: eni.subnet,
    address,
    reason: 'unexplained',
    since: now,
    until: now + UNEXPLAINED_MS,
    eni: eni.id,
  }));

/** Addresses and prefixes of the subnet that a record names, on whatever ENI. */
export const takenIn = (subnet: string, state: State): ReadonlySet<string> =>
  new Set(
    [...allReservations(state), ...state.delegations]
      .filter((one) => one.eni?.subnet === subnet)
      .map(({ address }) => address),
  );

const marksOn = (state: State, eni: EniRef, now: number): readonly Mark[] =>
  state.marks.filter((mark) => mark.eni === eni.id && mark.scope === eni.subnet && mark.until > now);
