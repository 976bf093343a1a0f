/** ADD: gives the attachment one address per range set, real in the VPC, or nothing at all. */
import type { Claim } from '../allocator/claim.ts';
import { findAnswer, planAdd } from '../allocator/plan.ts';
import { planRelease } from '../allocator/release.ts';
import type { Request } from '../cni/request.ts';
import type { IpamResult } from '../cni/result.ts';
import { type Allocation, readAllocation } from '../config/allocation.ts';
import { readDns } from '../config/resolv-conf.ts';
import { readSettings } from '../config/settings.ts';
import type { OpenCloud } from '../eni/cloud.ts';
import { giveBackPrefixes, tidyPrefixes } from '../eni/give-back.ts';
import { settle } from '../eni/queue.ts';
import { errorMessage } from '../errors.ts';
import type { Reservation } from '../model.ts';
import { openRun, type Run } from '../run.ts';
import { heldBy, reservationsOf } from '../state.ts';
import type { World } from '../world.ts';
import { makeClaim } from './claim.ts';
import { aboutAddresses, withOutcome } from './outcome.ts';
import { withPending } from './pending.ts';
import { toResult } from './result.ts';

/** @throws Failure; then the attachment has no more than it had before. */
export async function add(request: Request, openCloud: OpenCloud, world: World): Promise<IpamResult> {
  const run = openRun(readSettings(request.network.json), { command: 'ADD', ...request.attachment }, world);
  const { result } = await withOutcome(
    run,
    () => answer(request, openCloud, run),
    ({ held }) => aboutAddresses(held),
  );
  return result;
}

async function answer(request: Request, openCloud: OpenCloud, run: Run) {
  const allocation = readAllocation(request.network, request.args);
  const dns = readDns(allocation.resolvConf);
  const held =
    findAnswer(run.store.read(), request.attachment, allocation.rangeSets.length) ??
    (await obtainOrUndo(request, allocation, openCloud, run));
  return { held, result: toResult(held, allocation.routes, dns) };
}

async function obtainOrUndo(
  request: Request,
  allocation: Allocation,
  openCloud: OpenCloud,
  run: Run,
): Promise<readonly Reservation[]> {
  const { attachment } = request;
  const claim = await makeClaim(request, allocation, openCloud, run);
  const before = new Set(reservationsOf(run.store.read(), attachment).map(({ address }) => address));
  try {
    return await obtain(claim, openCloud, run);
  } catch (failure) {
    await giveBack(claim, (reservation) => !before.has(reservation.address), openCloud, run);
    throw withPending(failure, attachment, run.store);
  }
}

async function obtain(claim: Claim, openCloud: OpenCloud, run: Run): Promise<readonly Reservation[]> {
  for (;;) {
    // Commit point 1: the intent is on disk before EC2 hears of it.
    const plan = await run.store.transact((state, now) => planAdd(state, claim, now));
    if (plan.kind === 'held') return plan.reservations;
    if (plan.kind === 'refused') throw plan.failure;
    // Commit point 2 is in here: what EC2 answered is on disk before the runtime hears of it.
    await settle(plan.eni, { concerns: heldBy(claim.attachment), state: 'assigning' }, openCloud, run);
  }
}

/** Undoes a failed ADD, but for what an earlier ADD of the same attachment had obtained. */
async function giveBack(
  claim: Claim,
  isNew: (reservation: Reservation) => boolean,
  openCloud: OpenCloud,
  run: Run,
): Promise<void> {
  try {
    const ended = await run.store.transact((state, now) => {
      const own = reservationsOf(state, claim.attachment).filter(isNew);
      const left = planRelease(state, claim.attachment, now, isNew);
      return { state: tidyPrefixes(left, own, now, claim.boot), value: own };
    });
    const wait = { concerns: heldBy(claim.attachment), state: 'releasing' } as const;
    if (!claim.eni || run.deadline.remaining() <= 0) return;
    await settle(claim.eni, wait, openCloud, run);
    await giveBackPrefixes(ended, openCloud, run);
  } catch (error) {
    // What is left is in the state as `releasing`: the DEL that follows, or anybody else, goes on.
    run.log.warn('a failed ADD could not be undone yet', { error: errorMessage(error) });
  }
}
