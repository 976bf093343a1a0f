/** Random life on a node, with kills and lost answers: nothing that is never allowed to happen happens. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../aws/random.ts';
import { drawSeed } from '../seed.ts';
import { Disturbances } from './disturbances.ts';
import { ENI, type Host, OTHER_ENI, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { type Expectation, findProblems, findRemains, tellHistory } from './invariants.ts';
import { Life, type Network } from './life.ts';
import { inParallel } from './parallel.ts';
import { reconcile } from './reconcile.ts';

const seed = drawSeed(process.env['SOAK_SEED']);
const seconds = Number(process.env['SOAK_SECONDS'] || 12);
/** After so long all deeds come to their end, and what must hold is looked at. */
const ROUND_MS = 5000;
const LANES = 20;
/** An ADD that was killed is over when its time is. */
const TIMEOUT_S = 6;

const interfaces = makeInterfaces();
const folder = mkdtempSync(join(tmpdir(), 'eni-local-netns-'));
after(() => rmSync(folder, { recursive: true }));

/** The ENI of another node. */
const FAR_ENI = 'eni-00000000000000003';
const FOREIGN = new Map([
  [ENI, ['10.10.0.90', '10.10.0.200']],
  [OTHER_ENI, ['10.10.0.201']],
  [FAR_ENI, ['10.10.0.93', '10.10.0.94']],
]);

test(`pods that come and go for ${seconds} s, seed ${seed}`, async (t) => {
  await using host = await startHost(interfaces, {
    seed: (base) => ({
      ...base,
      enis: [...base.enis, { id: FAR_ENI, subnetId: base.subnets[0]?.id ?? '' }].map((eni) => ({
        ...eni,
        secondaries: FOREIGN.get(eni.id) ?? [],
      })),
    }),
  });
  const start = Date.now();
  const story: string[] = [];
  const tell = (line: string): void => void story.push(`${((Date.now() - start) / 1000).toFixed(2)} ${line}`);
  const networks = makeNetworks(host);
  const disturbances = new Disturbances(host.aws);
  const lives = Array.from({ length: LANES }, (_, lane) => {
    const random = new Random(seed + lane);
    return new Life(`lane${lane}`, host, { networks, disturbances, random, folder, tell });
  });
  const expect = (): Expectation => ({ live: lives.flatMap((life) => life.holdings()), foreign: FOREIGN });

  let rounds = 0;
  try {
    while (Date.now() - start < seconds * 1000) {
      const end = Date.now() + ROUND_MS;
      await inParallel(lives, LANES, async (life) => {
        while (Date.now() < end) await life.live();
      });
      // What EC2 was asked for lands before anybody looks.
      await host.aws.idle();
      tell('all is quiet');
      assert.deepEqual(findProblems(host, expect()), []);
      rounds += 1;
    }
    await inParallel(lives, LANES, (life) => life.end());
    assert.deepEqual(findProblems(host, expect()), []);
    await untilReconciled(host);
    assert.deepEqual(findRemains(host, expect()), []);
  } catch (error) {
    const repeat = `SOAK_SEED=${seed} SOAK_SECONDS=${seconds}`;
    throw new Error(`${String(error)}\n${repeat}\n${story.join('\n')}\n${tellHistory(host)}`, {
      cause: error,
    });
  }
  const deeds = story.filter((line) => /(ADD|DEL|CHECK) \S+ on/.test(line)).length;
  const kills = story.filter((line) => line.endsWith('was killed')).length;
  t.diagnostic(`${rounds} rounds, ${deeds} calls of the plugin, ${kills} killed, ${host.aws.calls()} of EC2`);
});

/** Two that overlap on one ENI and one in prefixes there, one that overlaps with all on another ENI, and one without. */
function makeNetworks({ node }: Host): readonly Network[] {
  const [first, second] = interfaces;
  const make = (name: string, master: string, range: readonly [number, number], ipam: object = {}) => {
    const [rangeStart, rangeEnd] = range.map((number) => `10.10.0.${number}`);
    const ranges = [[{ subnet: '10.10.0.0/24', rangeStart, rangeEnd }]];
    const base = { type: 'eni-local', dataDir: node.dataDir, cooldown: 5, eni: { timeout: TIMEOUT_S } };
    return { name, fields: { name, master, ipam: { ...base, ranges, ...ipam } } };
  };
  return [
    { ...make('red', second.name, [80, 99]), eni: ENI },
    { ...make('blue', second.name, [88, 110]), eni: ENI },
    { ...make('green', first.name, [92, 115], { order: 'reverse' }), eni: OTHER_ENI },
    {
      ...make('grey', second.name, [96, 143], { eni: { timeout: TIMEOUT_S, mode: 'prefix', spare: 0 } }),
      eni: ENI,
    },
    make('local', second.name, [80, 99], { eni: { assign: false } }),
  ];
}

/** Faults that nobody has met yet make a single reconcile slow. */
const RECONCILED_MS = 120_000;

/** Runs `eni-local reconcile` until it finds nothing but what is somebody else's. */
async function untilReconciled(host: Host): Promise<void> {
  const end = Date.now() + RECONCILED_MS;
  for (;;) {
    const findings = await reconcile(host);
    const ours = findings.filter(({ eni = '', address }) => !FOREIGN.get(eni)?.includes(address));
    const { reservations, delegations } = host.node.document();
    const isWaiting = delegations.length > 0 || reservations.some(({ state }) => state === 'assigning');
    if (ours.length === 0 && !isWaiting) return;
    assert.ok(Date.now() < end, `there is still something to repair: ${JSON.stringify(ours)}`);
    await pause(500);
  }
}
