/** A machine that runs scripts: this one, or a virtual one that the test has booted. */
import { execFile } from 'node:child_process';

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Machine {
  /** Runs a script of bash as root, and says how it ended. */
  run(script: string, timeoutMs?: number): Promise<Ran>;
}

/** This machine, with the network and the mounts that scripts/e2e gives to the bed. */
export const here: Machine = {
  run: (script, timeoutMs = 30_000) =>
    new Promise((done) => {
      execFile(
        'bash',
        ['-c', script],
        { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 2 ** 24 },
        (error, stdout, stderr) => {
          const status = typeof error?.code === 'number' ? error.code : error ? 124 : 0;
          done({ status, stdout, stderr });
        },
      ).stdin?.end();
    }),
};

/** Runs a script that must succeed, and answers what it prints. */
export async function must(machine: Machine, script: string, timeoutMs?: number): Promise<string> {
  const { status, stdout, stderr } = await machine.run(`set -e\n${script}`, timeoutMs);
  if (status !== 0) throw new Error(`${script}\nended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

/** A word as bash has to read it. */
export const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
