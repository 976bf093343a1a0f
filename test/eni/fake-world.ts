/** A world in which sleeping takes no time but counts as time, and whose chance is always the same. */
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { World } from '../../src/world.ts';

export class FakeWorld implements World {
  readonly env: World['env'];
  readonly argv: readonly string[] = [];
  stderr = '';
  stdout = '';
  /** What `stopSignal` gives: aborted by the test. */
  readonly stop = new AbortController();
  #elapsed = 0;
  #chance = 0;

  constructor(env: World['env'] = {}) {
    this.env = env;
  }

  readStdin = (): string => '';
  bootId = (): string => 'boot-1';
  /** Never behind the file system's clock, which dates the locks. */
  now = (): number => Date.now() + this.#elapsed;
  elapsed = (): number => this.#elapsed;

  writeStderr = (text: string): void => {
    this.stderr += text;
  };

  writeStdout = (text: string): void => {
    this.stdout += text;
  };

  stopSignal = (): AbortSignal => this.stop.signal;

  /** No two numbers are the same. */
  random = (): number => {
    this.#chance = (this.#chance + (Math.sqrt(5) - 1) / 2) % 1;
    return this.#chance;
  };

  sleep = async (milliseconds: number): Promise<void> => {
    this.#elapsed += milliseconds;
    await yieldToOthers();
  };
}
