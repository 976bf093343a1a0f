/** Network namespaces in which the two halves of a pair live, with a way to the emulator on our loopback. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Whatever PATH says. */
export const IP = ['/sbin/ip', '/usr/sbin/ip'].find((path) => existsSync(path)) ?? 'ip';
const WAY_OUT = fileURLToPath(new URL('way-out.ts', import.meta.url));

/** The interface that every namespace has; nothing answers at its other end. */
export const INTERFACE = 'net1';

const ip = (...words: readonly string[]): string => execFileSync(IP, words, { encoding: 'utf8' });

let count = 0;

export class Namespace implements Disposable {
  readonly name: string;
  readonly #undo = new DisposableStack();

  /** Needs root. */
  constructor() {
    count += 1;
    this.name = `elf${process.pid}n${count}`;
    ip('netns', 'add', this.name);
    this.#undo.defer(() => void ip('netns', 'del', this.name));
    this.ip('link', 'set', 'lo', 'up');
    this.makeInterface();
  }

  /** Runs `ip` inside. */
  ip(...words: readonly string[]): string {
    return ip('-n', this.name, ...words);
  }

  makeInterface(mac?: string): void {
    const address = mac === undefined ? [] : ['address', mac];
    this.ip('link', 'add', INTERFACE, ...address, 'type', 'veth', 'peer', 'name', 'peer1');
    for (const end of [INTERFACE, 'peer1']) this.ip('link', 'set', end, 'up');
  }

  get mac(): string {
    return /link\/ether (\S+)/.exec(this.ip('link', 'show', 'dev', INTERFACE))?.[1] ?? '';
  }

  /** As keepalived does it: an IPv6 address is used at once. */
  add(address: string, on = INTERFACE): void {
    const [bits, flags] = address.includes(':') ? ['128', ['nodad']] : ['32', []];
    this.ip('address', 'add', `${address}/${bits}`, 'dev', on, ...flags);
  }

  remove(address: string, on = INTERFACE): void {
    this.ip('address', 'del', `${address}/${address.includes(':') ? 128 : 32}`, 'dev', on);
  }

  /** Takes it away and puts it back before anybody could look. */
  flap(address: string): void {
    const lines = ['del', 'add'].map((verb) => `address ${verb} ${address}/32 dev ${INTERFACE}\n`);
    execFileSync(IP, ['-n', this.name, '-batch', '-'], { input: lines.join('') });
  }

  /** The words that run a command inside. */
  within(...command: readonly string[]): readonly [string, ...string[]] {
    return [IP, 'netns', 'exec', this.name, ...command];
  }

  /** Makes these URLs, which lead to our loopback, lead there from inside, too. */
  async reach(urls: readonly string[]): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'eni-local-way-'));
    this.#undo.defer(() => rmSync(folder, { recursive: true }));
    const ways: string[] = [];
    for (const port of urls.map((url) => Number(new URL(url).port))) {
      const path = join(folder, String(port));
      const server = createServer((inside) => {
        const outside = connect(port, '127.0.0.1');
        inside.pipe(outside).pipe(inside);
        inside.on('error', () => outside.destroy());
        outside.on('error', () => inside.destroy());
      }).listen(path);
      await once(server, 'listening');
      this.#undo.defer(() => void server.close());
      ways.push(`${port}=${path}`);
    }
    const [program, ...words] = this.within(process.execPath, WAY_OUT, ...ways);
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#undo.defer(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
  }

  [Symbol.dispose](): void {
    this.#undo.dispose();
  }
}
