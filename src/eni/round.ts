/** One round of work at an ENI: everything that waits there, in as few calls as EC2 allows. */
import { releasedMarks } from '../allocator/release.ts';
import type { EniRef, Mark, Reservation, State } from '../model.ts';
import { addMarks, isHeldBy, mapReservations } from '../state.ts';
import { type AssignReport, assign } from './assign.ts';
import type { Cloud, CloudError } from './cloud.ts';
import { type UnassignOutcome, unassign } from './unassign.ts';

/** How long another ENI's address is not tried again. */
const FOREIGN_MS = 5 * 60_000;

/** The reservations that an ENI's round is for: they are the queue, and lie in the state. */
export interface Queue {
  readonly releasing: readonly Reservation[];
  readonly assigning: readonly Reservation[];
}

export interface RoundReport {
  readonly queue: Queue;
  readonly released: ReadonlyMap<string, UnassignOutcome>;
  readonly assigned: AssignReport;
}

export const queueOf = (state: State, eni: string): Queue => ({
  releasing: state.reservations.filter((one) => one.eni?.id === eni && one.state === 'releasing'),
  assigning: state.reservations.filter((one) => one.eni?.id === eni && one.state === 'assigning'),
});

/** Calls EC2: Unassign first, since that frees slots on the ENI, then Assign. */
export async function callEc2(cloud: Cloud, eni: EniRef, queue: Queue): Promise<RoundReport> {
  const released = await unassign(
    cloud,
    eni,
    queue.releasing.map(({ address }) => address),
  );
  const assigned = await assign(
    cloud,
    eni,
    queue.assigning.map(({ address }) => address),
  );
  return { queue, released, assigned };
}

/**
 * Writes what EC2 answered into the state. Only reservations that are still as the round found them
 * are touched: a DEL may have come in between, or another process may have done this round's work
 * and gone on, if it took this one for dead.
 */
export function applyReport(state: State, eni: EniRef, report: RoundReport, now: number): State {
  const { queue, released, assigned } = report;
  const asked = new Map([...queue.releasing, ...queue.assigning].map((one) => [one.address, one]));
  const marks: Mark[] = [];
  const next = mapReservations(state, (reservation) => {
    if (reservation.eni?.id !== eni.id || !isUnchanged(reservation, asked.get(reservation.address)))
      return reservation;
    if (reservation.state === 'releasing' && released.get(reservation.address)?.kind === 'released') {
      marks.push(...releasedMarks(reservation, now));
      return undefined;
    }
    const outcome =
      reservation.state === 'assigning' ? assigned.outcomes.get(reservation.address) : undefined;
    if (outcome?.kind === 'held') return { ...reservation, state: 'assigned', since: now };
    if (outcome?.kind === 'refused')
      return { ...reservation, state: 'refused', since: now, verdict: outcome.verdict };
    return reservation;
  });
  return addMarks(next, [...marks, ...foreignMarks(eni, assigned, now)]);
}

const isUnchanged = (now: Reservation, before: Reservation | undefined): boolean =>
  before !== undefined && isHeldBy(now, before) && now.state === before.state && now.since === before.since;

/** What the subnet's other ENIs hold, learned in one call, so that no neighbour is run into twice. */
function foreignMarks(eni: EniRef, { outcomes, holders }: AssignReport, now: number): Mark[] {
  const foreign = new Map<string, string | undefined>();
  for (const [address, holder] of holders) if (holder.eni !== eni.id) foreign.set(address, holder.eni);
  for (const [address, outcome] of outcomes) {
    if (outcome.kind === 'refused' && outcome.verdict.kind === 'address-taken')
      foreign.set(address, outcome.holder);
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

/** The error that kept these addresses from an answer, if there was one. */
export function unansweredError(report: RoundReport, addresses: readonly string[]): CloudError | undefined {
  for (const address of addresses) {
    const outcome = report.released.get(address) ?? report.assigned.outcomes.get(address);
    if (outcome?.kind === 'unanswered') return outcome.error;
  }
  return undefined;
}
