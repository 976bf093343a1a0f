/** One round of work at an ENI: everything that waits there, in as few calls as EC2 allows. */
import type { EniRef, Reservation, State } from '../model.ts';
import { type AssignReport, assign } from './assign.ts';
import type { Cloud } from './cloud.ts';
import { type UnassignOutcome, unassign } from './unassign.ts';

/** What an ENI's round is for. The queue lies in the state: it is made of reservations. */
export interface Queue {
  readonly releasing: readonly Reservation[];
  readonly assigning: readonly Reservation[];
  /** Addresses that we once asked for, that turned up on the ENI, and that nobody has now. */
  readonly strays: readonly string[];
}

export interface RoundReport {
  readonly queue: Queue;
  readonly released: ReadonlyMap<string, UnassignOutcome>;
  readonly assigned: AssignReport;
}

export const queueOf = (state: State, eni: string, strays: readonly string[] = []): Queue => ({
  strays,
  releasing: state.reservations.filter((one) => one.eni?.id === eni && one.state === 'releasing'),
  assigning: state.reservations.filter((one) => one.eni?.id === eni && one.state === 'assigning'),
});

/** Calls EC2: Unassign first, since that frees slots on the ENI, then Assign. */
export async function callEc2(cloud: Cloud, eni: EniRef, queue: Queue): Promise<RoundReport> {
  const leaving = queue.releasing.map(({ address }) => address);
  const coming = queue.assigning.map(({ address }) => address);
  const released = await unassign(cloud, eni, [...leaving, ...queue.strays]);
  const assigned = await assign(cloud, eni, coming);
  return { queue, released, assigned };
}
