/** The emulator as a process of its own, for tests of the program. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Starts the program; stops it at the end of the scope. */
export async function startProgram(...options: readonly string[]): Promise<EmulatorProcess> {
  const { NODE_EXTRA_CA_CERTS: _slow, ...env } = process.env;
  const child = spawn(process.execPath, [program, ...options], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (line.startsWith('# pid: ')) return new EmulatorProcess(child, lines);
  }
  throw new Error('The emulator has not started');
}

export class EmulatorProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** What it printed. */
  readonly lines: readonly string[];

  constructor(child: ChildProcess, lines: readonly string[]) {
    this.#child = child;
    this.lines = lines;
  }

  /** The variables that its output exports. */
  environment(): Record<string, string> {
    const exports = this.lines.join('\n').matchAll(/^export (\w+)=(.*)$/gm);
    return Object.fromEntries(Array.from(exports, ([, name = '', value = '']) => [name, value]));
  }

  /** What a comment line says after its name. */
  comment(name: string): string {
    const prefix = `# ${name}: `;
    return this.lines.find((line) => line.startsWith(prefix))?.slice(prefix.length) ?? '';
  }

  /** Asks it to stop; resolves to its exit status. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGTERM');
      await once(this.#child, 'exit');
    }
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
