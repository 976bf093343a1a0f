/** Pods that start all over a cluster at once, against the token buckets that all nodes share. */
import type { JournalEntry } from '../../../test/aws/ec2/journal.ts';
import { allOf, CallFailed, call, type Mode, type Plugin, type Verb } from '../call.ts';
import { Emulator } from '../emulator.ts';
import type { Measured } from '../measured.ts';
import { Folder, Interfaces } from '../place.ts';
import type { Tell } from '../report.ts';
import { sum } from '../statistics.ts';
import { clusterSeed, pluginsOf } from './nodes.ts';
import { type ModelFigures, modelOneCallAPod } from './one-call-a-pod.ts';

export interface ClusterPlan {
  readonly nodes: number;
  readonly podsEach: number;
  readonly latencyMs: number;
  /** How many nodes this machine plays at a time. */
  readonly abreast: number;
  readonly modes: readonly Mode[];
}

/** What came of one verb on all nodes. */
export interface WaveFigures {
  readonly verb: Verb;
  readonly mode: Mode;
  /** EC2 calls: all, those that were throttled, and those that were refused as an address was taken. */
  readonly calls: number;
  readonly throttled: number;
  readonly refused: number;
  /** How many calls the busiest node made. */
  readonly mostOfANode: number;
  /** Calls of the plugin that were told to try again later, and did, as kubelet does. */
  readonly triedAgain: number;
  /** When each pod was done, in milliseconds since its own node began; in that order. */
  readonly doneMs: readonly number[];
  /** What this machine took for all nodes. */
  readonly machineMs: number;
  readonly cpuMs: number;
}

export interface ClusterFigures extends ClusterPlan {
  readonly waves: readonly WaveFigures[];
  readonly model: ModelFigures;
}

export async function measureCluster(plan: ClusterPlan, tell: Tell): Promise<ClusterFigures> {
  using interfaces = new Interfaces();
  const [first] = interfaces.pair;
  await using emulator = await Emulator.start(clusterSeed(plan.nodes, first));
  await emulator.answersIn(plan.latencyMs);
  const waves: WaveFigures[] = [];
  for (const mode of plan.modes) {
    using folder = new Folder();
    const plugins = pluginsOf(emulator, folder, first, mode);
    for (const verb of ['ADD', 'DEL'] as const)
      waves.push({ mode, ...(await wave(verb, plan, plugins, emulator, tell)) });
  }
  const model = modelOneCallAPod({ pods: plan.nodes * plan.podsEach, latencyMs: plan.latencyMs });
  return { ...plan, waves, model };
}

/** Where many processes share few cores, one may wait too long for an answer that is there. */
const TRIES = 5;

/** @throws CallFailed when the call may not be tried again, or has been often enough. */
async function patiently(
  attempt: () => Promise<Measured>,
  noteFailure: () => void,
  tries = TRIES,
): Promise<Measured> {
  try {
    return await attempt();
  } catch (error) {
    if (tries === 1 || !(error instanceof CallFailed && error.mayBeTriedAgain)) throw error;
    noteFailure();
    return patiently(attempt, noteFailure, tries - 1);
  }
}

async function wave(
  verb: Verb,
  { nodes, podsEach, abreast }: ClusterPlan,
  plugins: readonly Plugin[],
  emulator: Emulator,
  tell: Tell,
): Promise<Omit<WaveFigures, 'mode'>> {
  // Nodes that wait for one another here would not wait there: so EC2's clock waits with them.
  await emulator.throttle(abreast / nodes);
  await emulator.takeJournal();
  const start = performance.now();
  const doneMs: number[] = [];
  let triedAgain = 0;
  const done: Measured[] = [];
  for (let first = 0; first < nodes; first += abreast) {
    const last = Math.min(first + abreast, nodes);
    const which = abreast === 1 ? `node ${last}` : `each of nodes ${first + 1} to ${last}`;
    tell(`${verb}: ${podsEach} pods on ${which} of ${nodes}`);
    const began = performance.now();
    const pods = plugins.slice(first, last).flatMap((plugin) =>
      Array.from({ length: podsEach }, async (_, index) => {
        const measured = await patiently(
          () => call(plugin, verb, `pod-${index}`),
          () => (triedAgain += 1),
        );
        doneMs.push(performance.now() - began);
        return measured;
      }),
    );
    done.push(...(await allOf(pods)));
  }
  const machineMs = performance.now() - start;
  const answers = new Set(done.map(({ stdout }) => stdout)).size;
  if (verb === 'ADD' && answers !== done.length)
    throw new Error(`${answers} addresses for ${done.length} pods`);
  return {
    verb,
    ...count(await emulator.takeJournal()),
    triedAgain,
    doneMs: doneMs.sort((a, b) => a - b),
    machineMs,
    cpuMs: sum(done.map(({ cpuMs }) => cpuMs)),
  };
}

function count(
  journal: readonly JournalEntry[],
): Pick<WaveFigures, 'calls' | 'throttled' | 'refused' | 'mostOfANode'> {
  const byNode = [...Map.groupBy(journal, ({ caller }) => caller).values()];
  return {
    calls: journal.length,
    throttled: journal.filter(({ errorCode }) => errorCode === 'RequestLimitExceeded').length,
    refused: journal.filter(({ errorCode }) => errorCode === 'InvalidParameterValue').length,
    mostOfANode: Math.max(0, ...byNode.map((calls) => calls.length)),
  };
}
