/** Plays a round at an ENI from beginning to end; the caller has its turn there. */
import type { EniRef } from '../model.ts';
import type { Run } from '../run.ts';
import { assignmentsOn } from '../state.ts';
import type { Cloud } from './cloud.ts';
import { tellTakeOvers } from './reassign-stale.ts';
import { applyReport } from './report.ts';
import { callEc2, queueOf, type RoundReport, type Sighting } from './round.ts';
import { clearSign, mindLostCalls, setSign } from './under-way.ts';

/**
 * Calls EC2 for all that waits at the ENI, and writes down what EC2 answered.
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
