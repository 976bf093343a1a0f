/** A world in which time passes only for those who sleep, and every run of a test is the same. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { World } from '../../src/world.ts';
import { Random } from '../aws/random.ts';

export class StillWorld implements World {
  readonly env = {};
  readonly argv = [];
  /** Lines that went to stderr. */
  readonly stderr: string[] = [];
  readonly #start: number;
  readonly #random = new Random(1);
  #passed = 0;

  constructor(start: number) {
    this.#start = start;
  }

  readStdin = (): string => '';
  writeStderr = (text: string): void => void this.stderr.push(text);
  writeStdout = (): void => {};
  stopSignal = (): AbortSignal => new AbortController().signal;
  now = (): number => this.#start + this.#passed;
  elapsed = (): number => this.#passed;
  random = (): number => this.#random.below(2 ** 32) / 2 ** 32;
  bootId = (): string => 'boot-1';

  async sleep(milliseconds: number): Promise<void> {
    this.pass(milliseconds);
    // Others get their turn, as they do while a real process sleeps.
    await nextTurn();
  }

  pass(milliseconds: number): void {
    this.#passed += milliseconds;
  }
}
