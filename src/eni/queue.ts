/**
 * Group commit at an ENI. The reservations in `assigning` and `releasing` are the queue; whoever gets
 * the ENI's lock does the work of everybody who waits, and the others read their answer in the state.
 */
import { retire } from '../allocator/retire.ts';
import { Failure } from '../errors.ts';
import type { Attachment, EniRef, Reservation, State } from '../model.ts';
import type { Run } from '../run.ts';
import { isGone } from '../sandbox.ts';
import { reservationsOf } from '../state.ts';
import { type HeldLock, tryLock } from '../store/lock.ts';
import { type Bell, openBell } from './bell.ts';
import type { Cloud, OpenCloud } from './cloud.ts';
import { applyReport, unansweredError } from './report.ts';
import { callEc2, queueOf } from './round.ts';
import { findStrays } from './strays.ts';

/** What an attachment waits for: that none of its reservations is in this state any more. */
export interface Wait {
  readonly attachment: Attachment;
  readonly state: 'assigning' | 'releasing';
}

/** A waiter looks again after this long unasked, in case that the leader was killed. */
const LOOK_AGAIN_MS = 500;
/** How long a leader lets others join while they keep coming, and how often it looks. */
const GATHER_MS = 1500;
const GATHER_STEP_MS = 100;
/** Pauses after a call without an answer: doubled each time, with jitter. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

/**
 * Returns when EC2 has answered for every reservation that `wait` names.
 * @throws Failure `try-again` at the deadline, `denied` when EC2 does not let us release.
 */
export async function settle(eni: EniRef, wait: Wait, openCloud: OpenCloud, run: Run): Promise<void> {
  using bell = openBell(run.directory, eni.id);
  while (pending(run.store.read(), wait).length > 0) {
    run.deadline.check(describe(eni, wait, run.store.read()));
    const lock = await tryLock(run.directory, eni.id);
    if (lock) await lead(eni, wait, await openCloud(eni.region, run), lock, bell, run);
    else await bell.next(Math.min(run.deadline.remaining(), LOOK_AGAIN_MS * (0.75 + run.world.random() / 2)));
  }
}

async function lead(
  eni: EniRef,
  wait: Wait,
  cloud: Cloud,
  lock: HeldLock,
  bell: Bell,
  run: Run,
): Promise<void> {
  try {
    for (let pause = FIRST_PAUSE_MS; lock.held; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await retireDead(eni, run);
      await gather(eni, wait, run);
      const own = pending(run.store.read(), wait);
      if (own.length === 0) return;
      const strays = await findStrays(eni, run);
      const report = await callEc2(cloud, eni, queueOf(run.store.read(), eni.id, strays));
      // Commit point 2: what EC2 answered is on disk before anybody hears of it.
      const left = await run.store.transact((state, now) => {
        const next = applyReport(state, eni, report, now);
        return { state: next, value: pending(next, wait) };
      });
      if (left.length === 0) return;
      bell.ring();
      const error = unansweredError(
        report,
        left.map(({ address }) => address),
      );
      const attempt = describe(eni, wait, run.store.read());
      if (error?.kind === 'denied') throw new Failure('denied', `cannot ${attempt}: ${error.message}`);
      const jittered = pause * (0.5 + run.world.random());
      if (error && jittered >= run.deadline.remaining()) {
        throw new Failure('try-again', `cannot ${attempt} in time: ${error.message}`);
      }
      if (error) await run.world.sleep(jittered);
    }
  } finally {
    await lock[Symbol.asyncDispose]();
    bell.ring();
  }
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
  const end = run.world.elapsed() + Math.min(GATHER_MS, run.deadline.remaining() / 4);
  const length = (): number => {
    const { releasing, assigning } = queueOf(run.store.read(), eni.id);
    return releasing.length + assigning.length;
  };
  let before = pending(run.store.read(), wait).length;
  for (let now = length(); now > before && run.world.elapsed() < end; now = length()) {
    before = now;
    await run.world.sleep(GATHER_STEP_MS);
  }
}

const pending = (state: State, { attachment, state: stage }: Wait): readonly Reservation[] =>
  reservationsOf(state, attachment).filter((reservation) => reservation.state === stage);

function describe(eni: EniRef, wait: Wait, state: State): string {
  const addresses = pending(state, wait)
    .map(({ address }) => address)
    .join(', ');
  return wait.state === 'assigning' ? `assign ${addresses} to ${eni.id}` : `take ${addresses} off ${eni.id}`;
}
