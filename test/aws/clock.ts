/** Time as a value: the emulator asks a clock, so that a test can bring its own. */
import { setTimeout as delay } from 'node:timers/promises';

/** Where the emulator gets the time from, and what it waits on. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after so many milliseconds; rejects when the signal aborts first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const wallClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};
