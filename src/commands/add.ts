/** ADD: gives the attachment one address per range set, real in the VPC, or nothing at all. */
import type { Claim } from '../allocator/claim.ts';
import { findAnswer, planAdd } from '../allocator/plan.ts';
import { planRelease } from '../allocator/release.ts';
import { countReservedSets } from '../allocator/reserved.ts';
import type { Request } from '../cni/request.ts';
import type { IpamResult } from '../cni/result.ts';
import { type Allocation, readAllocation } from '../config/allocation.ts';
import { readDns } from '../config/resolv-conf.ts';
import { readSettings } from '../config/settings.ts';
import type { OpenCloud } from '../eni/cloud.ts';
import type { Ec2 } from '../eni/ec2.ts';
import { giveBackPrefixes, tidyPrefixes } from '../eni/give-back.ts';
import { settle } from '../eni/queue.ts';
import { errorMessage } from '../errors.ts';
import type { Attachment, Reservation, State } from '../model.ts';
import { openRun, type Run } from '../run.ts';
import { heldBy, reservationsOf } from '../state.ts';
import type { World } from '../world.ts';
import { makeClaim } from './claim.ts';
import { aboutAddresses, withOutcome } from './outcome.ts';
import { withPending } from './pending.ts';
import { toResult } from './result.ts';

/** @throws Failure; then the attachment has no more than it had before. */
export async function add(request: Request, ec2: Ec2, world: World): Promise<IpamResult> {
  const run = openRun(readSettings(request.network.json), { command: 'ADD', ...request.attachment }, world);
  const { result } = await withOutcome(
    run,
    () => answer(request, ec2, run),
    ({ held }) => aboutAddresses(held),
  );
  return result;
}

async function answer(request: Request, ec2: Ec2, run: Run) {
  const allocation = readAllocation(request.network, request.args);
  const dns = readDns(allocation.resolvConf);
  const held =
    recall(request.attachment, allocation, run.store.read()) ??
    (await obtainOrUndo(request, allocation, ec2, run));
  return { held, result: toResult(held, allocation.routes, dns) };
}

/** How many addresses make the answer is known without EC2, also of ranges that are had from the VPC. */
function recall(attachment: Attachment, { ranges }: Allocation, state: State) {
  const count = ranges.kind === 'given' ? ranges.sets.length : countReservedSets(state, attachment.network);
  return findAnswer(state, attachment, count);
}

async function obtainOrUndo(
  request: Request,
  allocation: Allocation,
  ec2: Ec2,
  run: Run,
): Promise<readonly Reservation[]> {
  const { attachment } = request;
  const claim = await makeClaim(request, allocation, ec2, run);
  const before = new Set(reservationsOf(run.store.read(), attachment).map(({ address }) => address));
  try {
    return await obtain(claim, ec2.openCloud, run);
  } catch (failure) {
    await giveBack(claim, (reservation) => !before.has(reservation.address), ec2.openCloud, run);
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
