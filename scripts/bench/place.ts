/** What a bench needs of the host, and leaves nothing of: a folder, interfaces that stand for ENIs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { undoAtTheLatestAtExit } from './leftovers.ts';

/** A folder with a file in it that stands for a pod's network namespace. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'eni-local-bench-'));
  readonly netns = join(this.path, 'netns', 'pod');
  readonly #remove = undoAtTheLatestAtExit(() => rmSync(this.path, { recursive: true, force: true }));

  constructor() {
    mkdirSync(join(this.path, 'netns'));
    writeFileSync(this.netns, '');
  }

  at(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    this.#remove();
  }
}

export interface Interface {
  readonly name: string;
  readonly mac: string;
}

/** Two interfaces with MACs of their own: the ends of a veth pair. */
export class Interfaces implements Disposable {
  readonly pair: readonly [Interface, Interface];
  readonly #remove: () => void;

  /** Each pair has letters of its own. @throws Error when this is not root. */
  constructor(letters: 'ab' | 'cd' = 'ab') {
    const [first = '', second = ''] = Array.from(letters, (letter) => `elb${process.pid}${letter}`);
    execFileSync('ip', ['link', 'add', first, 'type', 'veth', 'peer', 'name', second]);
    this.#remove = undoAtTheLatestAtExit(() => execFileSync('ip', ['link', 'del', first]));
    this.pair = [describe(first), describe(second)];
  }

  [Symbol.dispose](): void {
    this.#remove();
  }
}

const describe = (name: string): Interface => ({
  name,
  mac: readFileSync(`/sys/class/net/${name}/address`, 'utf8').trim(),
});
