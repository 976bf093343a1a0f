/** Watches an interface, and takes addresses to the ENI when they appear there. */
import { errorMessage, Failure } from '../errors.ts';
import { familyOf } from '../net/address.ts';
import { pauseAfter, SOON } from './backoff.ts';
import { appeared, begun, GATHER_MS, gone, isDue, type Task } from './floating.ts';
import { findIp, lookAt, monitor } from './kernel.ts';
import { openNews, type Unseen } from './news.ts';
import type { Sight } from './notices.ts';
import { openRegister } from './register.ts';
import { type Destination, openTasks } from './tasks.ts';

export interface Watched extends Destination {
  readonly interface: string;
  readonly stop: AbortSignal;
}

/** Calls that are under way when it is told to stop get so long to be answered. */
const GRACE_MS = 5000;

/**
 * Returns when it is told to stop, and leaves everything where it is.
 * @throws Failure when it cannot go on.
 */
export async function watch(watched: Watched): Promise<void> {
  const { interface: name, addresses, eni, tell, stop, world } = watched;
  const ip = findIp();
  const news = openNews(addresses, name, world);
  const register = openRegister(addresses);
  const tasks = openTasks(watched, register);
  const underWay = new Set<Promise<void>>();
  let isWatching = false;

  async function look(): Promise<void> {
    // What is told while it looks is for the next look: the sight may be older than that.
    const unseen = news.take();
    try {
      bringInLine(unseen, await lookAt(ip, name));
    } catch (error) {
      if (error instanceof Failure) throw error;
      const inMs = pauseAfter(0, SOON, world);
      tell('retrying', { error: `ip does not tell what ${name} has: ${errorMessage(error)}`, inMs });
      news.putBack(unseen, inMs);
    }
  }

  /** What went and came again between two looks went: another may have taken it meanwhile. */
  function bringInLine(unseen: Unseen, sight: Sight): void {
    requireMac(watched, sight);
    for (const { address, isPresent } of register.all()) {
      const isThere = sight.addresses.includes(address);
      const went = isPresent && (!isThere || unseen.gone.has(address));
      if (went) {
        register.change(address, gone);
        tell('gone', { address, eni: eni.id });
      }
      if (isThere && (!isPresent || went)) {
        register.change(address, (one) => appeared(one, unseen.since));
        tell('appeared', { address, eni: eni.id });
      }
    }
    if (!isWatching) tell('watching', { interface: name, addresses, eni: eni.id, region: eni.region });
    isWatching = true;
  }

  /** Begins all that is due, and what is about to be: one call for what comes together. */
  function begin(task: Task): void {
    const now = world.elapsed();
    const due = register.all().filter((one) => one.next?.task === task && isDue(one, now + GATHER_MS));
    if (!due.some((one) => isDue(one, now))) return;
    for (const some of Map.groupBy(due, ({ address }) => familyOf(address)).values()) {
      const together = some.map(({ address }) => address);
      for (const address of together) register.change(address, begun);
      const work = tasks[task](together).catch(news.fail);
      underWay.add(work);
      void work.finally(() => {
        underWay.delete(work);
        news.ring();
      });
    }
  }

  async function listen(until: AbortSignal): Promise<void> {
    for (let failures = 0; !until.aborted; failures++) {
      const start = world.elapsed();
      const how = await monitor(ip, news, until, world);
      if (until.aborted) return;
      if (world.elapsed() - start > SOON.longestMs) failures = 0;
      const inMs = pauseAfter(failures, SOON, world);
      tell('retrying', { error: `ip monitor does not listen: ${how}`, inMs });
      await world.sleep(inMs);
    }
  }

  stop.addEventListener('abort', news.ring, { once: true });
  const over = new AbortController();
  const until = AbortSignal.any([stop, over.signal]);
  const listening = listen(until).catch(news.fail);
  void tasks.stayReady(until).catch(news.fail);
  try {
    while (!stop.aborted) {
      if (news.isDue()) await look();
      begin('take');
      begin('look');
      const times = register.all().flatMap(({ next, isUnderWay }) => (next && !isUnderWay ? next.at : []));
      await news.wait(Math.min(...times));
    }
  } finally {
    over.abort();
    await Promise.race([Promise.all([listening, ...underWay]), world.sleep(GRACE_MS)]);
  }
}

/** An interface of that name on another ENI is another interface: addresses there are not for this ENI. */
function requireMac({ interface: name, eni: { id, mac } }: Watched, sight: Sight): void {
  if (mac === undefined || sight.mac === undefined || sight.mac === mac) return;
  throw new Failure('no-eni', `${name} is no longer on ${id}: its MAC is ${sight.mac}, and was ${mac}`);
}
