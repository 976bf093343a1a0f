/** A bell among processes: who waits for the ENI's leader sleeps until it rings. */
import { closeSync, futimesSync, openSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface Bell extends Disposable {
  /** Resolves when the bell rings, or after so many milliseconds. A ring is never missed. */
  next(milliseconds: number): Promise<void>;
  ring(): void;
}

/** The bell called `name` in the directory; it is a file whose times are touched, watched by inotify. */
export function openBell(directory: string, name: string): Bell {
  const path = join(directory, `${name}.bell`);
  const file = openSync(path, 'a', 0o600);
  let rung = false;
  let wake: (() => void) | undefined;
  const watcher = watch(path, { persistent: false }, () => {
    rung = true;
    wake?.();
  });
  // Without inotify (watches used up) a waiter is woken by its time-out alone.
  watcher.on('error', () => {});
  return {
    async next(milliseconds) {
      const timeout = new AbortController();
      const ringing = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (!rung)
        await Promise.race([
          ringing,
          pause(milliseconds, undefined, { signal: timeout.signal }).catch(() => {}),
        ]);
      timeout.abort();
      rung = false;
    },
    ring() {
      const now = new Date();
      futimesSync(file, now, now);
    },
    [Symbol.dispose]() {
      watcher.close();
      closeSync(file);
    },
  };
}
