/** A node and its AWS at one moment: thawed as often as one likes, each time into a world of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Seed } from '../aws/cloud/seed.ts';
import { type Host, type HostOptions, startHost } from './host.ts';
import type { HostInterface } from './host-interfaces.ts';

export interface Frozen extends Disposable {
  /** A host with this state directory, times of files included, and these addresses and prefixes on its ENIs. */
  thaw(): Promise<Host>;
}

/** Copies what `host`, which was started with these options, has come to. */
export async function freeze(
  host: Host,
  interfaces: readonly [HostInterface, HostInterface],
  options: HostOptions,
): Promise<Frozen> {
  // What EC2 was asked for before the moment happens before the moment.
  await host.aws.idle();
  const directory = mkdtempSync(join(tmpdir(), 'eni-local-frozen-'));
  copy(host.node.dataDir, directory);
  const held = new Map(
    [...host.aws.state().enis].map(([id, { secondaries, prefixes }]) => [id, { secondaries, prefixes }]),
  );
  const seed = (base: Seed): Seed => {
    const changed = options.seed?.(base) ?? base;
    return {
      ...changed,
      enis: changed.enis.map((eni) => ({ ...eni, ...held.get(eni.id) })),
    };
  };
  return {
    async thaw() {
      const thawed = await startHost(interfaces, { ...options, seed });
      copy(directory, thawed.node.dataDir);
      return thawed;
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
}

/** Times matter: a lock is as old as its directory. */
const copy = (from: string, to: string): void => {
  execFileSync('cp', ['--archive', `${from}/.`, to]);
};
