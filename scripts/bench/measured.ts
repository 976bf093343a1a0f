/** Runs one process and measures it, as the kernel accounts it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Measured {
  readonly status: number | null;
  readonly stdout: string;
  /** User and system time of the process, in milliseconds. */
  readonly cpuMs: number;
  /** From its fork to its end, in milliseconds. */
  readonly wallMs: number;
  /** The most memory that was resident at a time, in MiB. */
  readonly peakMib: number;
}

const USAGE = fileURLToPath(new URL('usage.pl', import.meta.url));

/** Runs `command` with nothing in its environment but `env`, and resolves when it is gone. */
export function runMeasured(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin = '',
): Promise<Measured> {
  const child = spawn('perl', [USAGE, ...command], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
  });
  return new Promise((done, fail) => {
    let stdout = '';
    let accounts = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stdio[3]?.on('data', (bytes: Buffer) => (accounts += bytes.toString()));
    // A process may end without having read its input.
    child.stdin?.on('error', () => {}).end(stdin);
    child.on('error', fail).on('close', (status) => {
      const [cpu, peak, wall] = accounts.trim().split(' ').map(Number);
      if (cpu === undefined || peak === undefined || wall === undefined) {
        fail(new Error(`${command.join(' ')} could not be measured`));
      } else {
        done({ status, stdout, cpuMs: cpu / 1000, wallMs: wall / 1000, peakMib: peak / 1024 });
      }
    });
  });
}
