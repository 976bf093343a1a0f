/** A bell among processes: who waits for a turn sleeps until it rings. */
import { closeSync, type FSWatcher, futimesSync, openSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface Bell extends Disposable {
  /**
   * Resolves when the bell has rung since the last call, or after so many milliseconds. The first
   * call resolves at once: only from then on is no ring missed.
   */
  next(milliseconds: number): Promise<void>;
  ring(): void;
}

/** The bell called `name` in the directory: a file whose times are touched, watched by inotify. */
export function openBell(directory: string, name: string): Bell {
  const path = join(directory, `${name}.bell`);
  const file = openSync(path, 'a', 0o600);
  let watcher: FSWatcher | undefined;
  let isListening = false;
  let rung = false;
  let wake: (() => void) | undefined;

  function hear(): void {
    rung = true;
    wake?.();
  }

  return {
    async next(milliseconds) {
      if (!isListening) {
        isListening = true;
        watcher = tryWatch(path, hear);
        return;
      }
      const timeout = new AbortController();
      const ringing = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const elapsing = pause(milliseconds, undefined, { signal: timeout.signal }).catch(() => {});
      if (!rung) await Promise.race([ringing, elapsing]);
      timeout.abort();
      rung = false;
    },
    ring() {
      const now = new Date();
      futimesSync(file, now, now);
    },
    [Symbol.dispose]() {
      watcher?.close();
      closeSync(file);
    },
  };
}

/** A node may have used up its watches (fs.inotify.max_user_instances): then time alone wakes. */
function tryWatch(path: string, hear: () => void): FSWatcher | undefined {
  try {
    return watch(path, { persistent: false }, hear).on('error', () => {});
  } catch {
    return undefined;
  }
}
