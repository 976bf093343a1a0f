/** DEL: takes the attachment's addresses off the ENI and forgets them. The state alone decides what they are. */
import { planRelease } from '../allocator/release.ts';
import type { Request } from '../cni/request.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import type { OpenCloud } from '../eni/cloud.ts';
import { giveBackPrefixes, tidyPrefixes } from '../eni/give-back.ts';
import { settle } from '../eni/queue.ts';
import { Failure } from '../errors.ts';
import type { Attachment, Reservation } from '../model.ts';
import { openRun, type Run } from '../run.ts';
import { enisOf, heldBy, reservationsOf } from '../state.ts';
import type { World } from '../world.ts';
import { aboutAddresses, withOutcome } from './outcome.ts';
import { withPending } from './pending.ts';

/** A pod does not wait longer than this for an EC2 that fails; its addresses stay `releasing`. */
const LET_GO_MS = 5 * 60_000;

/** @throws Failure when EC2 does not answer; the runtime's next DEL goes on where this one ended. */
export async function del(request: Request, openCloud: OpenCloud, world: World): Promise<void> {
  const { attachment, network } = request;
  const settings = readSettings(network.json);
  const run = openRun(settings, { command: 'DEL', ...attachment }, world);
  await withOutcome(run, () => release(request, settings, openCloud, run), aboutAddresses);
}

/** Answers what was to be released. */
async function release(
  { attachment }: Request,
  settings: Settings,
  openCloud: OpenCloud,
  run: Run,
): Promise<readonly Reservation[]> {
  const held = reservationsOf(run.store.read(), attachment);
  if (held.length === 0) return [];

  const releasing = await run.store.transact((state, now) => {
    const left = planRelease(state, attachment, now);
    const next = tidyPrefixes(left, reservationsOf(state, attachment), now, run.world.bootId());
    return { state: next, value: reservationsOf(next, attachment) };
  });
  await releaseAll(attachment, releasing, settings, openCloud, run);
  await giveBackPrefixes(held, openCloud, run);
  return held;
}

async function releaseAll(
  attachment: Attachment,
  releasing: readonly Reservation[],
  settings: Settings,
  openCloud: OpenCloud,
  run: Run,
): Promise<void> {
  const once = settings.onReleaseFailure === 'defer';
  const wait = { concerns: heldBy(attachment), state: 'releasing', once } as const;
  try {
    for (const eni of enisOf(releasing)) await settle(eni, wait, openCloud, run);
  } catch (error) {
    const firstTry = Math.min(...releasing.map(({ since }) => since));
    const letGo = settings.onReleaseFailure === 'defer' || run.world.now() - firstTry >= LET_GO_MS;
    if (!(error instanceof Failure) || !letGo) throw withPending(error, attachment, run.store);
    run.log.warn('the pod is let go, its addresses are still to be released', { error: error.message });
  }
}
