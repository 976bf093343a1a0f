/** Changes to a node's state that only time, a reboot or an operator can make. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node } from './node.ts';

type Fields = Record<string, unknown>;

/** Puts a new version of the state document in place, with each reservation as `change` has it. */
export function rewriteState({ dataDir }: Node, change: (reservation: Fields) => Fields): void {
  const versions = readdirSync(dataDir).flatMap((name) => /^state\.(\d+)\.json$/.exec(name)?.[1] ?? []);
  const latest = Math.max(...versions.map(Number));
  const document = JSON.parse(readFileSync(join(dataDir, `state.${latest}.json`), 'utf8')) as {
    reservations: Fields[];
  };
  const next = { ...document, version: latest + 1, reservations: document.reservations.map(change) };
  writeFileSync(join(dataDir, `state.${latest + 1}.json`), JSON.stringify(next));
}
