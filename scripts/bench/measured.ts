/** Runs one process and measures it: wall time, and CPU time as the kernel accounts it. */
import { spawn } from 'node:child_process';

export interface Measured {
  readonly status: number | null;
  readonly stdout: string;
  readonly wallMs: number;
  /** User and system time of the process, in milliseconds. */
  readonly cpuMs: number;
}

/** bash's `times` prints, in its second line, what its children have used. */
const TIMED = '"$@"; status=$?; times >&3; exit $status';

export function runMeasured(
  command: readonly string[],
  env: Record<string, string | undefined>,
  stdin: string,
): Promise<Measured> {
  const start = performance.now();
  const child = spawn('bash', ['--norc', '-c', TIMED, 'bash', ...command], {
    env,
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
  });
  const times = child.stdio[3];
  return new Promise((done, fail) => {
    let stdout = '';
    let accounts = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    times?.on('data', (bytes: Buffer) => (accounts += bytes.toString()));
    child.stdin?.on('error', () => {}).end(stdin);
    child.on('error', fail).on('close', (status) => {
      done({ status, stdout, wallMs: performance.now() - start, cpuMs: readTimes(accounts) });
    });
  });
}

/** `0m0.031s 0m0.008s`: user and system time. */
function readTimes(text: string): number {
  const [, children = ''] = text.split('\n');
  const parts = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
  return parts.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0,
  );
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
