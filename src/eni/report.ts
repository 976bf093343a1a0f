/** Writes what EC2 answered to a round into the state. */
import { traces } from '../allocator/release.ts';
import type { EniRef, Mark, Reservation, State } from '../model.ts';
import { addMarks, forgetEni, isHeldBy, mapReservations } from '../state.ts';
import type { AssignOutcome, AssignReport } from './assign.ts';
import type { CloudError } from './cloud.ts';
import { addressesIn } from './holdings.ts';
import { updateLimits } from './limits.ts';
import type { RoundReport } from './round.ts';
import { unexplainedMarks } from './sighting.ts';
import type { UnassignOutcome } from './unassign.ts';
import { askedMark } from './under-way.ts';

/** How long another ENI's address is not tried again. */
const FOREIGN_MS = 5 * 60_000;
/** IMDS may go on to list an address for this long after it was taken off. */
const STRAY_MS = 60_000;

/**
 * The state after a round. Only reservations that are still as the round found them are touched: a
 * DEL may have come in between, or another process may have done this round's work and gone on, if
 * it took this one for dead.
 */
export function applyReport(state: State, eni: EniRef, report: RoundReport, now: number): State {
  const { queue, released, assigned } = report;
  const { releasing, unasked, assigning, squatted } = queue;
  const asked = new Map(
    [...releasing, ...unasked, ...assigning, ...squatted].map((one) => [one.address, one]),
  );
  const marks: Mark[] = [];
  const next = mapReservations(state, (reservation) => {
    const { address } = reservation;
    if (reservation.eni?.id !== eni.id) return reservation;
    if (!isUnchanged(reservation, asked.get(address)))
      return minded(reservation, assigned.outcomes.get(address));
    if (reservation.state === 'assigning' || reservation.lost)
      return assignResult(reservation, assigned.outcomes.get(address), now);
    const left = releaseResult(reservation, released.get(address));
    if (!left) marks.push(...traces(reservation, now));
    return left;
  });
  const news = [
    ...strayMarks(eni, report, now),
    ...orphanMarks(next, eni, report, now),
    ...foreignMarks(eni, assigned, now),
    ...unexplainedMarks(queue.unexplained.filter(isNot(queue.strays)), eni, now),
  ];
  const limited = updateLimits(addMarks(next, [...marks, ...news]), eni, report, now);
  return isGone(assigned) ? forgetEni(limited, eni.id) : limited;
}

const isNot =
  (others: readonly string[]) =>
  (address: string): boolean =>
    !others.includes(address);

const isGone = ({ outcomes }: AssignReport): boolean =>
  [...outcomes.values()].some((outcome) => outcome.kind === 'refused' && outcome.verdict.kind === 'no-eni');

const isUnchanged = (now: Reservation, before: Reservation | undefined): boolean =>
  before !== undefined && isHeldBy(now, before) && now.state === before.state && now.since === before.since;

/** What was given up while EC2 was asked for it is to be taken off, after all. */
function minded(reservation: Reservation, outcome: AssignOutcome | undefined): Reservation {
  const { unasked, ...rest } = reservation;
  if (!unasked || !outcome || outcome.kind === 'refused') return reservation;
  return outcome.kind === 'unanswered' && mayLand(outcome.error) ? { ...rest, unconfirmed: true } : rest;
}

function assignResult(
  reservation: Reservation,
  outcome: AssignOutcome | undefined,
  now: number,
): Reservation {
  switch (outcome?.kind) {
    case 'held': {
      const { deadline: _limit, lost: _found, reassign: _wish, ...rest } = reservation;
      return { ...rest, state: 'assigned', since: now };
    }
    case 'refused': {
      const { lost, ...rest } = reservation;
      // A pod that may be alive keeps its record, whatever has become of its address.
      return lost ? rest : { ...rest, state: 'refused', since: now, verdict: outcome.verdict };
    }
    case 'unanswered':
      if (reservation.unconfirmed || !mayLand(outcome.error)) return reservation;
      return { ...reservation, unconfirmed: true };
    case undefined:
      return reservation;
  }
}

/** What is left of a releasing reservation: nothing, once EC2 has said that the address is off. */
function releaseResult(
  reservation: Reservation,
  outcome: UnassignOutcome | undefined,
): Reservation | undefined {
  if (outcome?.kind === 'released') return undefined;
  if (!outcome || reservation.unanswered || !mayLand(outcome.error)) return reservation;
  return { ...reservation, unanswered: true };
}

/** A call without an answer may still be carried out; one that EC2 turned away will not. */
const mayLand = ({ kind }: CloudError): boolean => kind === 'transient';

function strayMarks(eni: EniRef, { queue, released }: RoundReport, now: number): Mark[] {
  const gone = queue.strays.filter((address) => released.get(address)?.kind === 'released');
  const about = {
    scope: eni.subnet,
    reason: 'released',
    since: now,
    until: now + STRAY_MS,
    eni: eni.id,
  } as const;
  return gone.map((address) => ({ ...about, address }));
}

/**
 * An address that was assigned for a reservation that is there no more: while this process stood
 * still, another one took its turn. It is remembered, and taken off when it shows.
 */
function orphanMarks(state: State, eni: EniRef, { assigned }: RoundReport, now: number): Mark[] {
  const owned = new Set(
    state.reservations.filter((one) => one.eni?.id === eni.id).map(({ address }) => address),
  );
  return [...assigned.outcomes].flatMap(([address, { kind }]) =>
    kind === 'refused' || owned.has(address) ? [] : askedMark(address, eni, now),
  );
}

/** What the subnet's other ENIs hold, learned in one call, so that no neighbour is run into twice. */
function foreignMarks(eni: EniRef, { outcomes, holdings }: AssignReport, now: number): Mark[] {
  const foreign = new Map<string, string | undefined>();
  for (const holding of holdings.filter((one) => one.eni !== eni.id)) {
    for (const address of addressesIn(holding)) {
      // The account may lag: what was assigned to this ENI a moment ago may stand there as another's.
      if (outcomes.get(address)?.kind !== 'held') foreign.set(address, holding.eni);
    }
  }
  for (const [address, outcome] of outcomes) {
    if (outcome.kind !== 'refused' || outcome.verdict.kind !== 'address-taken') continue;
    if (outcome.holder !== eni.id) foreign.set(address, outcome.holder);
  }
  return [...foreign].map(([address, holder]) => ({
    scope: eni.subnet,
    address,
    reason: 'foreign',
    since: now,
    until: now + FOREIGN_MS,
    ...(holder ? { eni: holder } : {}),
  }));
}

/** The error that kept one of these reservations from an answer, if there was one. */
export function unansweredError(
  report: RoundReport,
  reservations: readonly Reservation[],
): CloudError | undefined {
  for (const { address } of reservations) {
    const outcome = report.released.get(address) ?? report.assigned.outcomes.get(address);
    if (outcome?.kind === 'unanswered') return outcome.error;
  }
  return undefined;
}
