/** All benches by name, and how much each measures. */

import { measureCluster } from './cluster/measure.ts';
import { presentCluster } from './cluster/present.ts';
import { measureCold } from './cold/measure.ts';
import { presentCold } from './cold/present.ts';
import { measureFloat } from './float/measure.ts';
import { presentFloat } from './float/present.ts';
import { measureGrowth } from './growth/measure.ts';
import { presentGrowth } from './growth/present.ts';
import { measurePrefix } from './prefix/measure.ts';
import { presentPrefix } from './prefix/present.ts';
import type { Report, Scale, Tell } from './report.ts';
import { measureStorm } from './storm/measure.ts';
import { presentStorm } from './storm/present.ts';

export interface Bench {
  readonly title: string;
  readonly run: (scale: Scale, tell: Tell) => Promise<Report>;
}

/** A bench that measures by one plan or the other, and presents what it found. */
const bench = <Plan, Figures>(
  title: string,
  plans: Readonly<Record<Scale, Plan>>,
  measure: (plan: Plan, tell: Tell) => Promise<Figures>,
  present: (figures: Figures) => Report,
): Bench => ({ title, run: async (scale, tell) => present(await measure(plans[scale], tell)) });

export const BENCHES: Readonly<Record<string, Bench>> = {
  cold: bench('One call at a time', { full: { rounds: 31 }, quick: { rounds: 1 } }, measureCold, presentCold),
  storm: bench(
    'Pods at once on one node',
    {
      full: { rounds: 3, sizes: [[10], [49], [49, 49]], latencies: [0, 100, 300] },
      quick: { rounds: 1, sizes: [[2], [2, 2]], latencies: [0] },
    },
    measureStorm,
    presentStorm,
  ),
  prefix: bench(
    'Single addresses and prefixes',
    { full: { rounds: 3, sizes: [49, 144], latencyMs: 300 }, quick: { rounds: 1, sizes: [3], latencyMs: 0 } },
    measurePrefix,
    presentPrefix,
  ),
  growth: bench(
    'A node on which many pods live',
    { full: { rounds: 15, sizes: [0, 1000, 2000, 4000, 8000] }, quick: { rounds: 1, sizes: [0, 300] } },
    measureGrowth,
    presentGrowth,
  ),
  cluster: bench(
    'A cluster that starts all at once',
    {
      full: { nodes: 20, podsEach: 49, latencyMs: 300, abreast: 1, modes: ['address', 'prefix'] },
      quick: { nodes: 2, podsEach: 3, latencyMs: 0, abreast: 2, modes: ['address', 'prefix'] },
    },
    measureCluster,
    presentCluster,
  ),
  float: bench(
    'An address that moves to the other of a pair',
    { full: { turns: 50, latencyMs: 100 }, quick: { turns: 2, latencyMs: 0 } },
    measureFloat,
    presentFloat,
  ),
};
