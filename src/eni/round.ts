/** One round of work at an ENI: everything that waits there, in as few calls as EC2 allows. */
import type { Assignment, EniRef, State } from '../model.ts';
import { FAMILIES, familyOf } from '../net/address.ts';
import { isPrefix } from '../net/prefix.ts';
import { overlaps, parseSpan } from '../net/span.ts';
import { assignmentsOn } from '../state.ts';
import { type AssignOutcome, type AssignReport, assign } from './assign.ts';
import type { Cloud } from './cloud.ts';
import { reassignStale } from './reassign-stale.ts';
import { straysAmong, takenIn, unexplainedAmong } from './sighting.ts';
import { type UnassignOutcome, unassign } from './unassign.ts';

/** What an ENI's round is for. The queue lies in the state: it is made of reservations and delegations. */
export interface Queue {
  readonly releasing: readonly Assignment[];
  /** To be released, and EC2 was never asked for them: there is nothing to take off. */
  readonly unasked: readonly Assignment[];
  readonly assigning: readonly Assignment[];
  /** To be assigned, and wholly or in part on the ENI without a record: EC2 may not refuse them. */
  readonly squatted: readonly Assignment[];
  /** Addresses on the ENI that nobody has, and that may be taken off. */
  readonly strays: readonly string[];
  /** Addresses on the ENI that no record tells about. */
  readonly unexplained: readonly string[];
}

/** What was seen on the ENI just before a round. */
export interface Sighting {
  readonly listed: readonly string[];
  /** Addresses that are to be taken off whether anything explains them or not. */
  readonly orphans?: readonly string[];
}

export interface RoundReport {
  readonly queue: Queue;
  readonly released: ReadonlyMap<string, UnassignOutcome>;
  readonly assigned: AssignReport;
}

export function queueOf(state: State, eni: EniRef, { listed, orphans = [] }: Sighting, now: number): Queue {
  const here = assignmentsOn(state, eni);
  const taken = takenIn(eni.subnet, state);
  const unexplained = unexplainedAmong(listed, state, eni, now);
  const releasing = here.filter((one) => one.state === 'releasing');
  const assigning = here.filter((one) => one.state === 'assigning' || (one.state === 'assigned' && one.lost));
  const squats = unexplained.flatMap((text) => parseSpan(text) ?? []);
  const isSquatted = ({ address }: Assignment): boolean => {
    const wanted = parseSpan(address);
    return wanted !== undefined && squats.some((squat) => overlaps(squat, wanted));
  };
  return {
    releasing: releasing.filter((one) => !one.unasked),
    unasked: releasing.filter((one) => one.unasked),
    assigning: assigning.filter((one) => !isSquatted(one)),
    squatted: assigning.filter(isSquatted),
    strays: [
      ...new Set([
        ...straysAmong(listed, state, eni, now),
        ...orphans.filter((address) => !taken.has(address)),
      ]),
    ],
    unexplained,
  };
}

/**
 * Calls EC2, for both families at the same time: Unassign first, since that frees slots on the ENI,
 * then Assign, and after it what pods may take over of what EC2 refused. `isWantedOff` tells whether an
 * address is still to be taken off.
 */
export async function callEc2(
  cloud: Cloud,
  eni: EniRef,
  queue: Queue,
  isWantedOff?: (address: string) => boolean,
): Promise<RoundReport> {
  const leaving = [...queue.releasing.map(({ address }) => address), ...queue.strays];
  const coming = queue.assigning.map(({ address }) => address);
  const own = queue.assigning.flatMap(({ address, reassign }) => (reassign === 'stale' ? address : []));
  const reports = await Promise.all(
    FAMILIES.map(async (family) => {
      const of = (all: readonly string[]) => byKind(all.filter((one) => familyOf(one) === family));
      const released: (readonly [string, UnassignOutcome])[] = [];
      const assigned: AssignReport[] = [];
      for (const batch of of(leaving)) released.push(...(await unassign(cloud, eni, batch, isWantedOff)));
      for (const batch of of(coming)) {
        const report = await assign(cloud, eni, batch);
        assigned.push(await reassignStale(cloud, eni, own.filter(isAmong(batch)), report));
      }
      return { released, assigned };
    }),
  );
  const assigned = reports.flatMap((one) => one.assigned);
  return {
    queue,
    released: new Map([
      ...reports.flatMap(({ released }) => released),
      ...queue.unasked.map(({ address }) => [address, { kind: 'released' }] as const),
    ]),
    assigned: {
      outcomes: new Map([
        ...assigned.flatMap(({ outcomes }) => [...outcomes]),
        ...queue.squatted.map(({ address }) => [address, refuseSquatted(eni, address)] as const),
      ]),
      holdings: assigned.flatMap(({ holdings }) => holdings),
    },
  };
}

/** EC2 takes addresses and prefixes in calls of their own; of what there is none, there is no batch. */
const byKind = (all: readonly string[]): readonly (readonly string[])[] =>
  [all.filter((one) => !isPrefix(one)), all.filter(isPrefix)].filter(({ length }) => length > 0);

const isAmong =
  (batch: readonly string[]) =>
  (address: string): boolean =>
    batch.includes(address);

/** As EC2 would refuse what another ENI holds. */
const refuseSquatted = (eni: EniRef, address: string): AssignOutcome => ({
  kind: 'refused',
  verdict: {
    kind: 'address-taken',
    message: `cannot assign ${address} to ${eni.id}: it is on the ENI already, and no record explains why`,
  },
  holder: eni.id,
});
