/** Pods that come and go all at once on one node: EC2 calls, wall time and CPU. */
import { defaultSeed } from '../../../test/aws/cloud/seed.ts';
import { allOf, call, networkOf, type Plugin, type Verb } from '../call.ts';
import { emptyScript, NODE } from '../empty.ts';
import { Emulator } from '../emulator.ts';
import { runMeasured } from '../measured.ts';
import { Folder, Interfaces } from '../place.ts';
import { ENI_LOCAL } from '../programs.ts';
import type { Tell } from '../report.ts';
import { mean, median, rotated } from '../statistics.ts';

export interface StormPlan {
  readonly rounds: number;
  /** How many pods come at once on each of the node's ENIs. */
  readonly sizes: readonly (readonly number[])[];
  /** How long EC2 takes to answer, in milliseconds. */
  readonly latencies: readonly number[];
}

interface Case {
  readonly verb: Verb;
  readonly pods: readonly number[];
  readonly latencyMs: number;
}

export interface Storm {
  readonly ec2Calls: number;
  /** Until the last of them is done. */
  readonly wallMs: number;
  /** Mean of the processes. */
  readonly cpuMs: number;
}

/** Medians of the rounds, and the most calls that one of them took. */
export interface StormRow extends Case, Storm {}

export interface StormFigures {
  readonly rounds: number;
  /** Median CPU of an empty script between the storms. */
  readonly emptyMs: number;
  readonly rows: readonly StormRow[];
}

const RANGE = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.199' };

export async function measureStorm(
  { rounds, sizes, latencies }: StormPlan,
  tell: Tell,
): Promise<StormFigures> {
  using interfaces = new Interfaces();
  const [first, second] = interfaces.pair;
  const seed = defaultSeed({ primary: first.mac, secondary: second.mac });
  // The type whose ENIs hold the most addresses: 50, of which one is the ENI's own.
  const instances = seed.instances.map((instance) => ({ ...instance, type: 'm5.24xlarge' }));
  await using emulator = await Emulator.start({ ...seed, instances });

  const cases = latencies.flatMap((latencyMs) =>
    sizes.map((pods) => ({
      pods,
      latencyMs,
      runs: { ADD: [] as Storm[], DEL: [] as Storm[] },
    })),
  );
  const empty: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const { pods, latencyMs, runs } of rotated(cases, round)) {
      tell(`round ${round + 1} of ${rounds}: ${pods.join(' + ')} pods, EC2 answers in ${latencyMs} ms`);
      empty.push((await runMeasured([NODE, emptyScript()])).cpuMs);
      await emulator.answersIn(latencyMs);
      using folder = new Folder();
      const plugins = [second, first].map(({ name }) => pluginOn(name, folder, emulator));
      await acquaint(plugins);
      for (const verb of ['ADD', 'DEL'] as const) runs[verb].push(await storm(verb, plugins, pods, emulator));
    }
  }
  const rows = cases.flatMap(({ pods, latencyMs, runs }) =>
    (['ADD', 'DEL'] as const).map((verb) => ({ verb, pods, latencyMs, ...summarize(runs[verb]) })),
  );
  return { rounds, emptyMs: median(empty), rows };
}

/** Lets a first pod come and go: a storm tells nothing of storms while each process looks the ENI up. */
export async function acquaint(plugins: readonly Plugin[]): Promise<void> {
  for (const plugin of plugins) for (const verb of ['ADD', 'DEL'] as const) await call(plugin, verb, 'first');
}

/** Networks on both ENIs share the range, as they do where they are one subnet's. */
const pluginOn = (master: string, folder: Folder, emulator: Emulator): Plugin => ({
  ...ENI_LOCAL,
  netns: folder.netns,
  env: emulator.environment,
  network: networkOf(
    // On a machine with few cores the last of so many processes comes late.
    { type: 'eni-local', dataDir: folder.at('state'), ranges: [[RANGE]], eni: { timeout: 100 } },
    { name: `on-${master}`, master },
  ),
});

/** Medians, and the most calls. */
export const summarize = (runs: readonly Storm[]): Storm => ({
  ec2Calls: Math.max(...runs.map(({ ec2Calls }) => ec2Calls)),
  wallMs: median(runs.map(({ wallMs }) => wallMs)),
  cpuMs: median(runs.map(({ cpuMs }) => cpuMs)),
});

/** Lets so many pods come or go at once with each of the plugins. */
export async function storm(
  verb: Verb,
  plugins: readonly Plugin[],
  pods: readonly number[],
  emulator: Emulator,
): Promise<Storm> {
  await emulator.takeJournal();
  const start = performance.now();
  const calls = plugins.flatMap((plugin, eni) =>
    Array.from({ length: pods[eni] ?? 0 }, (_, index) => call(plugin, verb, `pod-${eni}-${index}`)),
  );
  const done = await allOf(calls);
  const wallMs = performance.now() - start;
  const ec2Calls = (await emulator.takeJournal()).length;
  return { ec2Calls, wallMs, cpuMs: mean(done.map(({ cpuMs }) => cpuMs)) };
}
