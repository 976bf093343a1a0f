/** Writes what EC2 answered to a round into the state. */
import { OLD_NEWS_MS } from '../allocator/old-news.ts';
import { traces } from '../allocator/release.ts';
import type { Assignment, EniRef, Mark, Reservation, State } from '../model.ts';
import {
  addMarks,
  assignmentsOn,
  forgetEni,
  isSameOwner,
  mapAssignments,
  mapDelegations,
  mapReservations,
  without,
} from '../state.ts';
import type { AssignOutcome, AssignReport } from './assign.ts';
import type { CloudError } from './cloud.ts';
import { blocksOf } from './holdings.ts';
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
 * The state after a round. Only records that are still as the round found them are touched: a
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
  const answered = mapAssignments(state, eni, (one) => {
    const { address } = one;
    if (!isUnchanged(one, asked.get(address))) return minded(one, assigned.outcomes.get(address));
    if (one.state === 'assigning' || one.lost) return assignResult(one, assigned.outcomes.get(address), now);
    const left = releaseResult(one, released.get(address));
    if (!left) marks.push(...traces(one, now));
    return left;
  });
  const next = answerInPrefixes(answered, eni, assigned, now);
  const news = [
    ...strayMarks(eni, report, now),
    ...orphanMarks(next, eni, report, now),
    ...foreignMarks(eni, assigned, now),
    ...unexplainedMarks(queue.unexplained.filter(isNot(queue.strays)), eni, now),
  ];
  const remembered = addMarks(dropOldNews(next, eni, assigned, now), [...marks, ...news]);
  const limited = updateLimits(remembered, eni, report, now);
  return isGone(assigned) ? forgetEni(limited, eni.id) : limited;
}

const isNot =
  (others: readonly string[]) =>
  (address: string): boolean =>
    !others.includes(address);

const isGone = ({ outcomes }: AssignReport): boolean =>
  [...outcomes.values()].some((outcome) => outcome.kind === 'refused' && outcome.verdict.kind === 'no-eni');

const isUnchanged = (now: Assignment, before: Assignment | undefined): boolean =>
  before !== undefined &&
  isSameOwner(now, before) &&
  now.state === before.state &&
  now.since === before.since;

/** What was given up while EC2 was asked for it is to be taken off, after all. */
function minded<T extends Assignment>(one: T, outcome: AssignOutcome | undefined): T {
  if (!one.unasked || !outcome || outcome.kind === 'refused') return one;
  const rest = without(one, 'unasked');
  return outcome.kind === 'unanswered' && mayLand(outcome.error) ? { ...rest, unconfirmed: true } : rest;
}

function assignResult<T extends Assignment>(one: T, outcome: AssignOutcome | undefined, now: number): T {
  switch (outcome?.kind) {
    case 'held':
      return { ...without(one, 'deadline', 'lost', 'reassign'), state: 'assigned', since: now };
    case 'refused': {
      const rest = without(one, 'lost');
      // A pod that may be alive keeps its record, whatever has become of its address.
      return one.lost ? rest : { ...rest, state: 'refused', since: now, verdict: outcome.verdict };
    }
    case 'unanswered':
      if (one.unconfirmed || !mayLand(outcome.error)) return one;
      return { ...one, unconfirmed: true };
    case undefined:
      return one;
  }
}

/** What is left of what was to be released: nothing, once EC2 has said that it is off. */
function releaseResult<T extends Assignment>(one: T, outcome: UnassignOutcome | undefined): T | undefined {
  if (outcome?.kind === 'released') return undefined;
  if (!outcome || one.unanswered || !mayLand(outcome.error)) return one;
  return { ...one, unanswered: true };
}

/**
 * What EC2 said of a prefix is its word on the addresses that are to come with it. A prefix that it refused
 * is over then. One that was lost, and that somebody else has by now, is not handed out from any more.
 */
function answerInPrefixes(state: State, eni: EniRef, { outcomes }: AssignReport, now: number): State {
  const here = new Map(
    state.delegations.flatMap((one) => (one.eni.id === eni.id ? [[one.address, one] as const] : [])),
  );
  if (here.size === 0) return state;
  const next = mapReservations(state, (one) => {
    if (!one.prefix || one.eni?.id !== eni.id || one.state !== 'assigning') return one;
    const delegation = here.get(one.prefix);
    switch (delegation?.state) {
      case 'assigned':
        return { ...without(one, 'deadline'), state: 'assigned', since: now };
      case 'refused': {
        const { verdict } = delegation;
        return { ...one, state: 'refused', since: now, ...(verdict ? { verdict } : {}) };
      }
      case 'assigning':
      case 'releasing':
      case undefined:
        return one;
    }
  });
  return mapDelegations(next, (one) => {
    if (one.eni.id !== eni.id || outcomes.get(one.address)?.kind !== 'refused') return one;
    if (one.state === 'refused') return undefined;
    return one.state === 'assigned' ? { ...one, state: 'releasing', since: now } : one;
  });
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
  const owned = new Set(assignmentsOn(state, eni).map(({ address }) => address));
  return [...assigned.outcomes].flatMap(([address, { kind }]) =>
    kind === 'refused' || owned.has(address) ? [] : askedMark(address, eni, now),
  );
}

/** What the subnet's other ENIs hold, learned in one call, so that no neighbour is run into twice. */
function foreignMarks(eni: EniRef, { outcomes, holdings }: AssignReport, now: number): Mark[] {
  const foreign = new Map<string, string | undefined>();
  for (const holding of holdings.filter((one) => one.eni !== eni.id)) {
    for (const address of blocksOf(holding)) {
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

/** Of what EC2 has just told the whole subnet, what was heard long ago is true only if it was told again. */
function dropOldNews(state: State, eni: EniRef, { holdings }: AssignReport, now: number): State {
  if (holdings.length === 0) return state;
  const isOld = ({ reason, scope, since }: Mark): boolean =>
    reason === 'foreign' && scope === eni.subnet && since + OLD_NEWS_MS <= now;
  return state.marks.some(isOld) ? { ...state, marks: state.marks.filter((mark) => !isOld(mark)) } : state;
}

/** The error that kept one of these reservations from an answer, if there was one. */
export function unansweredError(
  report: RoundReport,
  reservations: readonly Reservation[],
): CloudError | undefined {
  for (const { address, prefix } of reservations) {
    const asked = prefix ?? address;
    const outcome = report.released.get(asked) ?? report.assigned.outcomes.get(asked);
    if (outcome?.kind === 'unanswered') return outcome.error;
  }
  return undefined;
}
