/** Runs as commands have them, with a state directory of their own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../src/config/settings.ts';
import type { State } from '../../src/model.ts';
import { openRun, type Run } from '../../src/run.ts';
import { FakeWorld } from './fake-world.ts';

export interface Node extends Disposable {
  /** Another process on the same node. */
  start(world?: FakeWorld, seconds?: number): Run;
  /** Puts the state in place of what there is. */
  seed(state: State): Promise<void>;
}

/** A node with an empty state directory. */
export function makeNode(): Node {
  const dataDir = mkdtempSync(join(tmpdir(), 'eni-local-'));
  const start = (world = new FakeWorld(), seconds = 1_000_000): Run =>
    openRun(readSettings({ ipam: { dataDir, eni: { timeout: seconds } } }), {}, world);
  return {
    start,
    seed: (state) => start().store.transact(() => ({ state, value: undefined })),
    [Symbol.dispose]: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}
