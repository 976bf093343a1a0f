/** What `bench -- cluster` prints, draws and promises. */
import { plotLines } from '../plot/lines.ts';
import type { Bar, Report } from '../report.ts';
import { barTable, seconds, table, times } from '../table.ts';
import type { ClusterFigures, WaveFigures } from './measure.ts';
import { BUCKET, earliestEnd } from './one-call-a-pod.ts';

/** Clusters for which the table says how long EC2's buckets alone take. */
const CLUSTERS = [20, 100, 250, 500, 1000];

export function presentCluster(figures: ClusterFigures): Report {
  const { nodes, podsEach, latencyMs, abreast, waves, model } = figures;
  const pods = nodes * podsEach;
  const bars = waves.map((one): Bar => {
    const what = `${pods} pods, ${one.verb}${suffixOf(one)}: EC2 calls`;
    return { what, measured: one.calls, most: BUCKET.capacity, unit: '' };
  });
  const text = [
    `${nodes} nodes in one subnet with one range, \`"order": "spread"\`, and ${podsEach} pods on each, all at ` +
      `once; EC2 answers in ${latencyMs} ms and has the token buckets that AWS documents for an account and ` +
      `region: ${BUCKET.capacity} calls, ${BUCKET.perSecond} more a second. The processes are real. This ` +
      `machine plays ${abreast === 1 ? 'one node' : `${abreast} nodes`} at a time, so the buckets are refilled ` +
      `${(nodes / abreast).toFixed(0)} times slower. “Last pod” counts from the start of its node: it is ` +
      'what a cluster of such machines would take.',
    table(
      [
        '',
        'pods a call',
        'EC2 calls',
        'throttled',
        'address taken',
        'told to try again',
        'last pod',
        'EC2’s buckets alone',
      ],
      [...waves.map((one) => waveRow(one)), modelRow(figures)],
    ),
    '“Pods a call” leaves out the calls that EC2 throttled. “Told to try again” are calls of the plugin that ' +
      'answered with code 11, and were repeated, as kubelet does. The last row is a model, and the best case: ' +
      `${pods} pods that each make one call and, when EC2 throttles it, try again with exponential backoff ` +
      'and full jitter, on a virtual clock, without any ' +
      `machine. ${model.doneMs.filter((ms) => ms > KUBELET_MS).length} of its pods take longer than the ` +
      `${KUBELET_MS / 1000} s after which kubelet gives a sandbox up.`,
    spentBy(figures),
    barTable(bars),
    'What that makes of larger clusters, by EC2’s buckets alone:',
    carry(figures),
  ].join('\n\n');
  return { figures, text, bars, plots: { cluster: draw(figures) } };
}

/** How long kubelet waits for a pod's sandbox, see "Cost" in the contract. */
const KUBELET_MS = 120_000;

const suffixOf = ({ mode }: WaveFigures): string => (mode === 'prefix' ? ' in prefixes' : '');

const waveRow = (one: WaveFigures): string[] => {
  const { verb, calls, throttled, refused, triedAgain, doneMs } = one;
  return [
    `eni-local ${verb}${suffixOf(one)}, group commit`,
    calls === throttled ? '–' : (doneMs.length / (calls - throttled)).toFixed(1),
    String(calls),
    String(throttled),
    String(refused),
    String(triedAgain),
    seconds(doneMs.at(-1) ?? 0),
    seconds(earliestEnd(calls)),
  ];
};

const modelRow = ({ model }: ClusterFigures): string[] => [
  'one call a pod (model)',
  (model.pods / (model.calls - model.throttled)).toFixed(1),
  String(model.calls),
  String(model.throttled),
  '0',
  '0',
  seconds(model.doneMs.at(-1) ?? 0),
  seconds(earliestEnd(model.pods)),
];

const spentBy = ({ waves }: ClusterFigures): string =>
  waves
    .map((one) => {
      const { verb, cpuMs, machineMs, mostOfANode } = one;
      return (
        `All ${verb}s${suffixOf(one)} took this machine ${seconds(machineMs)} and ${seconds(cpuMs)} of CPU, and no node more ` +
        `EC2 calls than ${mostOfANode}.`
      );
    })
    .join(' ');

/** Calls per node as measured, at more nodes. */
function carry({ nodes, podsEach, waves: [added] }: ClusterFigures): string {
  const callsEach = (added?.calls ?? 0) / nodes;
  return table(
    ['nodes', 'pods at once', 'calls', 'eni-local', 'one call a pod', 'ratio'],
    CLUSTERS.map((count) => {
      const pods = count * podsEach;
      const calls = Math.ceil(count * callsEach);
      const grouped = earliestEnd(calls);
      const single = earliestEnd(pods);
      const ratio = grouped === 0 ? '' : times(single / grouped);
      return [count, pods, calls]
        .map((one) => one.toLocaleString('en'))
        .concat(waitOf(grouped), waitOf(single), ratio);
    }),
  );
}

const waitOf = (ms: number): string => {
  if (ms === 0) return 'no wait';
  return ms < 600_000 ? `${(ms / 1000).toFixed(0)} s` : `${(ms / 60_000).toFixed(0)} min`;
};

/** Pods that have an address by then, in as many steps as can be seen. */
const progress = (doneMs: readonly number[]): readonly (readonly [number, number])[] => {
  const step = Math.max(1, Math.floor(doneMs.length / 200));
  const points = doneMs.map((ms, index) => [ms / 1000, index + 1] as const);
  return [[0, 0], ...points.filter((_, index) => index % step === 0 || index === points.length - 1)];
};

function draw({ nodes, podsEach, waves, model }: ClusterFigures): string {
  const end = (model.doneMs.at(-1) ?? 0) / 1000;
  const pods = nodes * podsEach;
  return plotLines(
    `${pods} pods on ${nodes} nodes, all at once: how many have their address`,
    { x: 'seconds', y: 'pods' },
    [
      ...waves
        .filter(({ verb }) => verb === 'ADD')
        .map((one, index) => ({
          name: `eni-local${suffixOf(one)}`,
          kind: 2 * index,
          points: [...progress(one.doneMs), [end, pods] as const],
        })),
      { name: 'one call a pod, at best (model)', kind: 1, points: progress(model.doneMs) },
    ],
  );
}
