/** Interfaces of this host that stand for ENIs: pairs of veth, made for one test file. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after } from 'node:test';

export interface HostInterface {
  readonly name: string;
  readonly mac: string;
}

let pairs = 0;

/** Makes two interfaces with MACs of their own, and takes them away after the file's tests. Needs root. */
export function makeInterfaces(): readonly [HostInterface, HostInterface] {
  pairs += 1;
  const names = ['a', 'b'].map((end) => `elt${process.pid}${end}${pairs}`) as [string, string];
  execFileSync('ip', ['link', 'add', names[0], 'type', 'veth', 'peer', 'name', names[1]]);
  after(() => execFileSync('ip', ['link', 'del', names[0]]));
  const describe = (name: string): HostInterface => ({
    name,
    mac: readFileSync(`/sys/class/net/${name}/address`, 'utf8').trim(),
  });
  return [describe(names[0]), describe(names[1])];
}
