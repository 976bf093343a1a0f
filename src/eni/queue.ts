/**
 * Group commit at an ENI. The reservations in `assigning` and `releasing` are the queue; whoever gets
 * the ENI's lock does the work of everybody who waits, and the others read their answer in the state.
 */
import { retire } from '../allocator/retire.ts';
import { Failure } from '../errors.ts';
import type { EniRef, Reservation, State } from '../model.ts';
import type { Run } from '../run.ts';
import { isGone } from '../sandbox.ts';
import { allReservations } from '../state.ts';
import type { Cloud, CloudError, OpenCloud } from './cloud.ts';
import { lookAt } from './imds-addresses.ts';
import { playRound } from './play-round.ts';
import { unansweredError } from './report.ts';
import { type Turn, takeTurns } from './turn.ts';

/** What a verb waits for at an ENI: that no reservation that concerns it is in this state any more. */
export interface Wait {
  readonly concerns: (reservation: Reservation) => boolean;
  readonly state: 'assigning' | 'releasing';
  /** Gives up after the first call without an answer. */
  readonly once?: boolean;
}

/** How long a leader lets others join while they keep coming. */
const GATHER_MS = 3000;
/** How often it looks whether somebody has: by the pace at which processes start on this machine now. */
const GATHER_STEP_MS = { least: 50, most: 400 };
/** Pauses after a call without an answer: doubled each time, with jitter. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

/**
 * Returns when EC2 has answered for every reservation that `wait` names.
 * @throws Failure `try-again` at the deadline, `denied` when EC2 does not let us release.
 */
export async function settle(eni: EniRef, wait: Wait, openCloud: OpenCloud, run: Run): Promise<void> {
  const isOver = (): boolean => pending(run.store.read(), eni, wait).length === 0;
  const attempt = (): string => describe(eni, wait, run.store.read());
  const work = async (turn: Turn): Promise<void> =>
    await run.phases.time('rest', async () => {
      await lead(eni, wait, turn, await openCloud(eni.region, run), run);
    });
  await run.phases.time('turn', () => takeTurns(eni, run, attempt, isOver, work));
}

/** Does the work of everybody who waits at the ENI, until its own is done. */
async function lead(eni: EniRef, wait: Wait, turn: Turn, cloud: Cloud, run: Run): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; turn.held; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    await retireDead(eni, run);
    await run.phases.time('gather', () => gather(eni, wait, run));
    if (pending(run.store.read(), eni, wait).length === 0) return;
    const listed = await run.phases.time('look', () => lookAt(eni, run));
    const report = await playRound(eni, { listed }, cloud, run);
    const left = pending(run.store.read(), eni, wait);
    if (left.length === 0) return;
    turn.ring();
    const error = unansweredError(report, left);
    await pauseBeforeRetry(describe(eni, wait, run.store.read()), error, wait.once ? Infinity : pause, run);
  }
}

async function pauseBeforeRetry(
  attempt: string,
  error: CloudError | undefined,
  pause: number,
  run: Run,
): Promise<void> {
  const reason = error ? `: ${error.message}` : '';
  if (error?.kind === 'denied') throw new Failure('denied', `cannot ${attempt}${reason}`);
  const jittered = pause * (0.5 + run.world.random());
  if (jittered >= run.deadline.remaining()) {
    throw new Failure('try-again', `cannot ${attempt} in time${reason}`);
  }
  await run.phases.time('pause', () => run.world.sleep(jittered));
}

/** Nobody calls GC on the IPAM of a secondary network, so whoever leads looks for what is over. */
async function retireDead(eni: EniRef, run: Run): Promise<void> {
  const boot = run.world.bootId();
  const tidy = (state: State, now: number): State =>
    retire(state, { now, isGone: (one) => isGone(one, boot), concerns: (one) => one.eni?.id === eni.id });
  const state = run.store.read();
  if (tidy(state, run.world.now()) === state) return;
  await run.store.transact((latest, now) => ({ state: tidy(latest, now), value: undefined }));
}

/** While others keep joining, a call for all of them is worth a moment; a lone pod never waits. */
async function gather(eni: EniRef, wait: Wait, run: Run): Promise<void> {
  const start = run.world.elapsed();
  const end = start + Math.min(GATHER_MS, run.deadline.remaining() / 4);
  const step = Math.min(Math.max(start / 4, GATHER_STEP_MS.least), GATHER_STEP_MS.most);
  const length = (): number => allReservations(run.store.read()).filter((one) => isWaiting(one, eni)).length;
  let before = pending(run.store.read(), eni, wait).length;
  for (let now = length(); now > before && run.world.elapsed() < end; now = length()) {
    before = now;
    await run.world.sleep(step);
  }
}

const isWaiting = (one: Reservation, eni: EniRef): boolean =>
  one.eni?.id === eni.id && (one.state === 'assigning' || one.state === 'releasing');

const pending = (state: State, eni: EniRef, { concerns, state: stage }: Wait): readonly Reservation[] =>
  allReservations(state).filter((one) => one.eni?.id === eni.id && one.state === stage && concerns(one));

function describe(eni: EniRef, wait: Wait, state: State): string {
  const waiting = pending(state, eni, wait).map(({ address, prefix }) => prefix ?? address);
  const addresses = [...new Set(waiting)].join(', ');
  return wait.state === 'assigning' ? `assign ${addresses} to ${eni.id}` : `take ${addresses} off ${eni.id}`;
}
