/** How often a pod keeps its address from node to node: the figures in docs/addresses-that-stay.md. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Cluster, HAPPENINGS } from './keeping.ts';

const SHARES = [0.1, 0.5, 0.9];
/** Clusters of other chance, of which the figures are the mean. */
const SEEDS = [1, 2, 3];

const docs = readFileSync(new URL('../../docs/addresses-that-stay.md', import.meta.url), 'utf8');

function percentKept(happen: (cluster: Cluster) => readonly boolean[], share: number): string {
  const kept = SEEDS.flatMap((seed) => {
    const cluster = new Cluster(seed);
    cluster.fill(share);
    return happen(cluster);
  });
  return `${Math.round((100 * kept.filter(Boolean).length) / kept.length)} %`;
}

for (const [what, happen] of Object.entries(HAPPENINGS)) {
  test(`pods keep their addresses as often as the docs say: ${what}`, (t) => {
    const row = `| ${[what, ...SHARES.map((share) => percentKept(happen, share))].join(' | ')} |`;
    t.diagnostic(row);
    assert.ok(docs.includes(row), row);
  });
}
