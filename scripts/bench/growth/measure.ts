/** One call at a time on a node on which more and more pods live, beside host-local. */
import { call, networkOf, type Plugin, type Verb } from '../call.ts';
import type { Measured } from '../measured.ts';
import { Folder } from '../place.ts';
import { ENI_LOCAL, hostLocal } from '../programs.ts';
import type { Tell } from '../report.ts';
import { median, rotated } from '../statistics.ts';
import { addressesOf, fillEniLocal, fillHostLocal, NETWORK, residentOf, SUBNET } from './fill.ts';

export interface GrowthPlan {
  /** How many pods live on the node, from none. */
  readonly sizes: readonly number[];
  readonly rounds: number;
}

export interface GrowthRow {
  readonly program: string;
  readonly verb: Verb;
  /** By the place in `sizes`: medians of CPU and of wall time. */
  readonly cpuMs: readonly number[];
  readonly wallMs: readonly number[];
}

export interface GrowthFigures extends GrowthPlan {
  readonly rows: readonly GrowthRow[];
}

/** A plugin on a node of one size. */
interface Site {
  readonly program: string;
  readonly pods: number;
  readonly plugin: Plugin;
  readonly runs: Readonly<Record<Verb, Measured[]>>;
}

const VERBS = ['ADD', 'CHECK', 'DEL'] as const;

export async function measureGrowth({ sizes, rounds }: GrowthPlan, tell: Tell): Promise<GrowthFigures> {
  using folder = new Folder();
  tell(`making nodes of ${sizes.join(', ')} pods`);
  const sites: Site[] = [];
  for (const pods of sizes) sites.push(await eniLocalSite(folder, pods), hostLocalSite(folder, pods));
  // The first round warms the page cache.
  for (let round = 0; round <= rounds; round++) {
    tell(`round ${round} of ${rounds}`);
    for (const site of rotated(sites, round)) await visit(site, `visitor ${round}`, round > 0);
  }
  const programs = [...Map.groupBy(sites, ({ program }) => program)];
  return {
    sizes,
    rounds,
    rows: programs.flatMap(([program, ofProgram]) =>
      VERBS.map((verb) => ({
        program,
        verb,
        cpuMs: ofProgram.map(({ runs }) => median(runs[verb].map(({ cpuMs }) => cpuMs))),
        wallMs: ofProgram.map(({ runs }) => median(runs[verb].map(({ wallMs }) => wallMs))),
      })),
    ),
  };
}

/** A pod comes, is checked and goes, so that the node is as it was. */
async function visit(
  { plugin: { env, ...rest }, runs, pods }: Site,
  seed: string,
  counts: boolean,
): Promise<void> {
  const { container, pod } = residentOf(seed);
  const names = [`K8S_POD_NAMESPACE=${pod.namespace}`, `K8S_POD_NAME=${pod.name}`, `K8S_POD_UID=${pod.uid}`];
  const plugin = { ...rest, env: { ...env, CNI_ARGS: ['IgnoreUnknown=1', ...names].join(';') } };
  const added = await call(plugin, 'ADD', container);
  const checked = await call(plugin, 'CHECK', container, added);
  const deleted = await call(plugin, 'DEL', container);
  const taken = addressesOf(pods).find((address) => added.stdout.includes(`"${address}/`));
  if (taken !== undefined) throw new Error(`${plugin.executable} gave out ${taken} twice`);
  if (!counts) return;
  runs.ADD.push(added);
  runs.CHECK.push(checked);
  runs.DEL.push(deleted);
}

async function eniLocalSite(folder: Folder, pods: number): Promise<Site> {
  const dataDir = folder.at(`eni-local-${pods}`);
  await fillEniLocal(dataDir, pods, folder.netns);
  const ipam = { type: 'eni-local', dataDir, ranges: [[{ subnet: SUBNET }]], eni: { assign: false } };
  return siteOf(ENI_LOCAL.name, ENI_LOCAL.executable, ipam, folder, pods);
}

function hostLocalSite(folder: Folder, pods: number): Site {
  const { name, executable } = hostLocal();
  const dataDir = folder.at(`host-local-${pods}`);
  fillHostLocal(dataDir, pods);
  return siteOf(name, executable, { type: name, dataDir, ranges: [[{ subnet: SUBNET }]] }, folder, pods);
}

const siteOf = (
  program: string,
  executable: string,
  ipam: object,
  { netns }: Folder,
  pods: number,
): Site => ({
  program,
  pods,
  plugin: { executable, netns, network: networkOf({ ...ipam }, { name: NETWORK }) },
  runs: { ADD: [], CHECK: [], DEL: [] },
});
