/** Pods at once on one node, with single addresses and with prefixes. */
import { type Mode, networkOf, type Plugin } from '../call.ts';
import { Emulator } from '../emulator.ts';
import { Folder, Interfaces } from '../place.ts';
import { ENI_LOCAL } from '../programs.ts';
import type { Tell } from '../report.ts';
import { rotated } from '../statistics.ts';
import { acquaint, type Storm, storm, summarize } from '../storm/measure.ts';

export interface PrefixPlan {
  readonly rounds: number;
  /** How many pods come at once. */
  readonly sizes: readonly number[];
  /** How long EC2 takes to answer, in milliseconds. */
  readonly latencyMs: number;
}

export interface PrefixRow extends Storm {
  readonly mode: Mode;
  readonly verb: 'ADD' | 'DEL';
  readonly pods: number;
  /** On how many ENIs they are. */
  readonly enis: number;
}

export interface PrefixFigures extends PrefixPlan {
  readonly rows: readonly PrefixRow[];
}

const SUBNET = { id: 'subnet-00000000000000001', cidr: '10.10.0.0/22' };
const RANGE = { subnet: SUBNET.cidr, rangeStart: '10.10.1.0', rangeEnd: '10.10.2.255' };
const INSTANCE = 'i-00000000000000001';
/** The largest ENI has so many places beside its own address. */
const PLACES = 49;

export async function measurePrefix(plan: PrefixPlan, tell: Tell): Promise<PrefixFigures> {
  using first = new Interfaces();
  using second = new Interfaces('cd');
  const hosts = [...first.pair, ...second.pair];
  await using emulator = await Emulator.start({
    subnets: [SUBNET],
    instances: [{ id: INSTANCE, type: 'm5.24xlarge' }],
    enis: hosts.map(({ mac }, index) => ({
      id: `eni-${String(index + 1).padStart(17, '0')}`,
      subnetId: SUBNET.id,
      mac,
      instanceId: INSTANCE,
      deviceIndex: index + 1,
    })),
  });
  await emulator.answersIn(plan.latencyMs);
  const cases = plan.sizes.flatMap((pods) =>
    (['address', 'prefix'] as const).map((mode) => ({
      mode,
      pods,
      onEnis: mode === 'prefix' ? [pods] : spread(pods),
      runs: { ADD: [] as Storm[], DEL: [] as Storm[] },
    })),
  );
  for (let round = 0; round < plan.rounds; round++) {
    for (const { mode, onEnis, runs } of rotated(cases, round)) {
      tell(`round ${round + 1} of ${plan.rounds}: ${onEnis.join(' + ')} pods, mode ${mode}`);
      using folder = new Folder();
      const plugins = hosts.map(({ name }) => pluginOn(name, mode, folder, emulator));
      await acquaint(plugins);
      for (const verb of ['ADD', 'DEL'] as const)
        runs[verb].push(await storm(verb, plugins, onEnis, emulator));
    }
  }
  const rows = cases.flatMap(({ mode, pods, onEnis, runs }) =>
    (['ADD', 'DEL'] as const).map((verb) => ({
      mode,
      verb,
      pods,
      enis: onEnis.length,
      ...summarize(runs[verb]),
    })),
  );
  return { ...plan, rows };
}

/** As evenly as may be on as few ENIs as have the places. */
function spread(pods: number): readonly number[] {
  const enis = Math.ceil(pods / PLACES);
  return Array.from({ length: enis }, (_, index) => Math.floor((pods + index) / enis));
}

const pluginOn = (master: string, mode: Mode, folder: Folder, emulator: Emulator): Plugin => ({
  ...ENI_LOCAL,
  netns: folder.netns,
  env: emulator.environment,
  network: networkOf(
    {
      type: 'eni-local',
      dataDir: folder.at('state'),
      ranges: [[RANGE]],
      // Every round begins with an ENI that has nothing: without a cooldown the last pod takes its prefix along.
      cooldown: 0,
      eni: { timeout: 100, mode, spare: 0 },
    },
    { name: `on-${master}`, master },
  ),
});
