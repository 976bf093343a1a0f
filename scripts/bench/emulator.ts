/** The emulated AWS in a process of its own, so that its CPU time is nobody's. */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmulatorProcess, startProgram } from '../../test/aws/clients/emulator-process.ts';
import type { Seed } from '../../test/aws/cloud/seed.ts';
import type { JournalEntry } from '../../test/aws/ec2/journal.ts';
import { undoAtTheLatestAtExit } from './leftovers.ts';

export class Emulator implements AsyncDisposable {
  readonly #process: EmulatorProcess;
  readonly #kill: () => void;
  /** What a client on each instance needs in its environment, by the instance's id. */
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>;

  private constructor(program: EmulatorProcess, environments: Emulator['environments']) {
    this.#process = program;
    this.#kill = undoAtTheLatestAtExit(() => process.kill(Number(program.comment('pid'))));
    this.environments = environments;
  }

  /** Starts an account with what the seed names in it. */
  static async start(seed: Seed): Promise<Emulator> {
    const file = join(tmpdir(), `eni-local-bench-${process.pid}.seed.json`);
    writeFileSync(file, JSON.stringify(seed));
    try {
      const program = await startProgram('--seed', file);
      const { environments } = await ask<Pick<Emulator, 'environments'>>(program, 'GET', '/state');
      return new Emulator(program, environments);
    } finally {
      rmSync(file);
    }
  }

  /** The environment on the one instance there is. */
  get environment(): Readonly<Record<string, string>> {
    const [environment = {}] = Object.values(this.environments);
    return environment;
  }

  /** How long EC2 takes to answer, in milliseconds. */
  async answersIn(ms: number): Promise<void> {
    await ask(this.#process, 'POST', '/latency', { ms });
  }

  /** AWS's token buckets, full, and refilled so many times faster than real ones. */
  async throttle(clockScale: number): Promise<void> {
    await ask(this.#process, 'POST', '/throttle', { clockScale });
  }

  /** Every request to EC2 since the last one was asked for. */
  async takeJournal(): Promise<readonly JournalEntry[]> {
    const { requests } = await ask<{ requests: readonly JournalEntry[] }>(this.#process, 'GET', '/journal');
    await ask(this.#process, 'POST', '/clear-journal');
    return requests;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill();
    await this.#process.stop();
  }
}

async function ask<T>(emulator: EmulatorProcess, method: string, verb: string, body?: object): Promise<T> {
  const response = await fetch(`${emulator.comment('admin')}${verb}`, {
    method,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`The emulator refused ${verb}: ${JSON.stringify(answer)}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is our own emulator that answers.
  return answer as T;
}
