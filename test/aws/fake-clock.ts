/** A clock that moves only when a test moves it. */
import type { Clock } from './clock.ts';

type Sleeper = { readonly due: number; readonly wake: () => void };

/** Starts at the real time, since clients sign their requests with it, and then stands still. */
export class FakeClock implements Clock {
  #now = Date.now();
  #sleepers: readonly Sleeper[] = [];
  #watchers: readonly (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { due: this.#now + ms, wake: resolve };
      this.#sleepers = [...this.#sleepers, sleeper];
      const abort = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      for (const look of this.#watchers) look();
    });
  }

  /** Resolves once so many sleepers wait. */
  async sleeping(count: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = () => {
        if (this.#sleepers.length >= count) resolve();
      };
      this.#watchers = [...this.#watchers, look];
      look();
    });
  }

  /** Moves time on and wakes whoever is due. */
  advance(ms: number): void {
    this.#now += ms;
    const due = this.#sleepers.filter((sleeper) => sleeper.due <= this.#now);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.due > this.#now);
    for (const sleeper of due) sleeper.wake();
  }
}
