/** The outside as one value: environment, input, clocks, chance. Nothing else in src/ touches `process`. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Words after the program's name. */
  readonly argv: readonly string[];
  /** All of standard input. */
  readStdin(): string;
  writeStderr(text: string): void;
  /** What is told while the program runs; `Answer` has what it tells at its end. */
  writeStdout(text: string): void;
  /** Milliseconds since the epoch: what records are dated with. */
  now(): number;
  /** Milliseconds since the process started, unmoved by clock changes: what deadlines are measured with. */
  elapsed(): number;
  /** A number in [0, 1). */
  random(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Aborted by SIGTERM or SIGINT; once it was asked for, these end the process no more. */
  stopSignal(): AbortSignal;
  /** Id of this boot of the kernel; the empty string where the kernel does not tell. */
  bootId(): string;
}

/** The world of the running process. */
export const realWorld: World = {
  env: process.env,
  argv: process.argv.slice(2),
  readStdin: () => readFileSync(0, 'utf8'),
  writeStderr: (text) => void process.stderr.write(text),
  writeStdout(text) {
    // A reader that has gone away is no reason to end.
    if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => {});
    process.stdout.write(text);
  },
  now: Date.now,
  // Not by `performance`, whose module takes a millisecond to load.
  elapsed: () => process.uptime() * 1000,
  random: Math.random,
  sleep: (milliseconds) => pause(milliseconds),
  stopSignal() {
    const controller = new AbortController();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => controller.abort());
    return controller.signal;
  },
  bootId() {
    try {
      return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    } catch {
      return '';
    }
  },
};
