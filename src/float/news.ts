/** What has been told since somebody looked, and the way to wait for more. */
import type { World } from '../world.ts';
import type { Listener } from './kernel.ts';

/** The kernel is looked at without news, too: the last resort against whatever swallowed a notice. */
const LOOK_MS = 30_000;

export interface Unseen {
  /** When the first of it was told, in milliseconds of `World.elapsed`. */
  readonly since: number;
  /** Addresses that went from the interface, be it for a moment. */
  readonly gone: ReadonlySet<string>;
}

export interface News extends Listener {
  /** Whether the kernel is to be looked at now. */
  isDue(): boolean;
  /** What is there to be seen; from now on there is none. */
  take(): Unseen;
  /** It could not be looked at: that is due again after so many milliseconds. */
  putBack(unseen: Unseen, after: number): void;
  /** Ends the wait. */
  readonly ring: () => void;
  /** Has `wait` throw. */
  readonly fail: (error: unknown) => void;
  /** Until something is told, the next look is due, or that time has come. */
  wait(until: number): Promise<void>;
}

/** Notices about other addresses on other interfaces tell nothing. */
export function openNews(addresses: readonly string[], name: string, world: World): News {
  let bell = Promise.withResolvers<void>();
  let failure: { readonly error: unknown } | undefined;
  let since: number | undefined;
  let gone: ReadonlySet<string> = new Set();
  // Nothing is known before the kernel is listened to.
  let nextLook = Infinity;
  let pauseEnd = 0;

  const ring = (): void => bell.resolve();
  const tell = (): void => {
    since ??= world.elapsed();
    ring();
  };
  const due = (): number => Math.max(since ?? nextLook, pauseEnd);

  return {
    onReady: tell,
    onGap: tell,
    onNotice({ interface: on, address, isDeletion }) {
      // An interface may have another name by now: for an address that floats, its name alone proves nothing.
      if (on !== name && !addresses.includes(address)) return;
      if (isDeletion && on === name) gone = new Set([...gone, address]);
      tell();
    },
    isDue: () => due() <= world.elapsed(),
    take() {
      const unseen = { since: since ?? world.elapsed(), gone };
      since = undefined;
      gone = new Set();
      nextLook = world.elapsed() + LOOK_MS;
      return unseen;
    },
    putBack(unseen, after) {
      since = unseen.since;
      gone = new Set([...unseen.gone, ...gone]);
      pauseEnd = world.elapsed() + after;
    },
    ring,
    fail(error) {
      failure = { error };
      ring();
    },
    async wait(until) {
      const left = Math.min(until, due()) - world.elapsed();
      if (left === Infinity) await bell.promise;
      else if (left > 0) await Promise.race([bell.promise, world.sleep(left)]);
      // Whoever waited looks at everything that there is, so that no ring is lost.
      bell = Promise.withResolvers();
      if (failure) throw failure.error;
    },
  };
}
