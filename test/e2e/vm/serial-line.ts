/** The serial line of a virtual machine: scripts go in, how they ended comes out, one after the other. */
import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Ran } from '../bed/machine.ts';

export class SerialLine {
  readonly #in: Writable;
  readonly #news = new EventEmitter();
  #received = Buffer.alloc(0);
  #isDown = false;

  constructor({ stdin, stdout }: ChildProcess) {
    if (!stdin || !stdout) throw new Error('The kernel has no serial line');
    // A machine that went down is noticed by the one who waits for its answer.
    this.#in = stdin.on('error', () => {});
    stdout
      .on('data', (chunk: Buffer) => {
        this.#received = Buffer.concat([this.#received, chunk]);
        this.#news.emit('news');
      })
      .on('close', () => {
        this.#isDown = true;
        this.#news.emit('news');
      });
  }

  async ask(script: string, timeoutMs: number): Promise<Ran> {
    this.#in.write(`${inOneLine(script)}\n`);
    const [status = 0, stdout = 0, stderr = 0] = (await this.readLine(timeoutMs)).split(' ').map(Number);
    return { status, stdout: await this.#read(stdout), stderr: await this.#read(stderr) };
  }

  async readLine(timeoutMs: number): Promise<string> {
    let end: number;
    while ((end = this.#received.indexOf('\n')) < 0) await this.#receive(timeoutMs);
    return this.#cut(end + 1).trimEnd();
  }

  async #read(length: number): Promise<string> {
    while (this.#received.length < length) await this.#receive(5000);
    return this.#cut(length);
  }

  #cut(length: number): string {
    const text = this.#received.subarray(0, length).toString();
    this.#received = this.#received.subarray(length);
    return text;
  }

  async #receive(timeoutMs: number): Promise<void> {
    if (this.#isDown) throw new Error('The virtual machine went down');
    await once(this.#news, 'news', { signal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
      throw new Error(`The virtual machine was silent for ${timeoutMs / 1000} s`, { cause: error });
    });
  }
}

/** The script as a word that bash reads. */
const inOneLine = (script: string): string =>
  `$'${script.replaceAll(/[\\']/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}'`;
