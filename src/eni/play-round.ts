/** Plays a round at an ENI from beginning to end. */
import type { EniRef } from '../model.ts';
import type { Run } from '../run.ts';
import { assignmentsOn } from '../state.ts';
import type { Cloud, OpenCloud } from './cloud.ts';
import { lookAt } from './imds-addresses.ts';
import { tellTakeOvers } from './reassign-stale.ts';
import { applyReport } from './report.ts';
import { callEc2, queueOf, type RoundReport, type Sighting } from './round.ts';
import { takeTurns } from './turn.ts';
import { clearSign, mindLostCalls, setSign } from './under-way.ts';

/**
 * Waits for a turn at the ENI and plays one round there, for all that waits, unless it `isOver` before.
 * @throws Failure `try-again` when no turn is had in time, naming the `attempt`.
 */
export async function playOnce(
  eni: EniRef,
  attempt: string,
  openCloud: OpenCloud,
  run: Run,
  isOver: () => boolean = () => false,
): Promise<RoundReport | undefined> {
  let report: RoundReport | undefined;
  const isDone = (): boolean => report !== undefined || isOver();
  await takeTurns(
    eni,
    run,
    () => attempt,
    isDone,
    async () => {
      const cloud = await openCloud(eni.region, run);
      report = await playRound(eni, { listed: await lookAt(eni, run) }, cloud, run);
    },
  );
  return report;
}

/**
 * Calls EC2 for all that waits at the ENI, and writes down what EC2 answered; the caller has its turn there.
 * No lock on the state is held while EC2 is waited for.
 */
export async function playRound(
  eni: EniRef,
  sighting: Sighting,
  cloud: Cloud,
  run: Run,
): Promise<RoundReport> {
  await mindLostCalls(eni, run);
  const queue = queueOf(run.store.read(), eni, sighting, run.world.now());
  await run.phases.time('commit', async () => setSign(eni, queue, run));
  const isWantedOff = (address: string): boolean =>
    queue.strays.includes(address) ||
    assignmentsOn(run.store.read(), eni).some((one) => one.address === address && one.state === 'releasing');
  const report = await run.phases.time('ec2', () => callEc2(cloud, eni, queue, isWantedOff));
  // Commit point 2: what EC2 answered is on disk before anybody hears of it.
  await run.store.transact((state, now) => ({
    state: applyReport(state, eni, report, now),
    value: undefined,
  }));
  clearSign(eni, run);
  tellTakeOvers(queue.assigning, report.assigned, run.log);
  return report;
}
