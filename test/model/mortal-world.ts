/** The world of one invocation, which may be killed at any step that it takes outside of itself. */
import type { World } from '../../src/world.ts';
import type { Random } from '../aws/random.ts';
import type { Time } from './time.ts';

/** What a killed process "sees". No code may catch it and go on: every further step throws it again. */
export class Killed extends Error {}

export interface Surroundings {
  readonly time: Time;
  readonly random: Random;
  readonly env: Readonly<Record<string, string>>;
  readonly boot: string;
  /** Something looks at what there is, before every step. */
  observe(): void;
}

export class MortalWorld implements World {
  readonly argv = [];
  readonly #around: Surroundings;
  readonly #started: number;
  #stepsLeft: number;

  /** Killed after so many steps. */
  constructor(around: Surroundings, steps = Infinity) {
    this.#around = around;
    this.#started = around.time.now;
    this.#stepsLeft = steps;
  }

  get env(): Readonly<Record<string, string>> {
    return this.#around.env;
  }

  get isDead(): boolean {
    return this.#stepsLeft < 0;
  }

  /** @throws Killed */
  step(): void {
    this.#around.observe();
    this.#stepsLeft -= 1;
    if (this.isDead) this.kill();
  }

  /** @throws Killed */
  kill(): never {
    this.#stepsLeft = -1;
    throw new Killed('the process was killed');
  }

  /** The same world, for somebody who is not killed. */
  another(): MortalWorld {
    return new MortalWorld(this.#around);
  }

  /** Milliseconds since it started. */
  get age(): number {
    return this.#around.time.now - this.#started;
  }

  readStdin = (): string => '';
  writeStderr = (): void => {};
  writeStdout = (): void => {};
  stopSignal = (): AbortSignal => new AbortController().signal;

  now = (): number => {
    this.step();
    return this.#around.time.now;
  };

  elapsed = (): number => {
    this.step();
    return this.age;
  };

  random = (): number => {
    this.step();
    return this.#around.random.below(2 ** 32) / 2 ** 32;
  };

  bootId = (): string => {
    this.step();
    return this.#around.boot;
  };

  sleep = async (milliseconds: number): Promise<void> => {
    this.step();
    await this.#around.time.pass(milliseconds);
    this.step();
  };
}
