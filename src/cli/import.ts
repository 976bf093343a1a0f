/** `eni-local import`: takes over what host-local has given out, while its pods live on. */

import type { Network } from '../cni/network.ts';
import { readAllocation } from '../config/allocation.ts';
import { EC2 } from '../eni/ec2.ts';
import { locateRanges, lookUpRanges } from '../eni/locate-ranges.ts';
import type { Run } from '../run.ts';
import { type InheritedNetwork, readHostLocal } from '../takeover/host-local.ts';
import type { Destination } from '../takeover/plan.ts';
import { previewTakeover, type TakenOver, takeOver } from '../takeover/take-over.ts';
import type { World } from '../world.ts';
import type { Answer } from './answer.ts';
import { readNetworks } from './config-file.ts';
import { COMMON, COMMON_HELP, openDataDir, readOptions, UsageError } from './options.ts';
import { printReasoned } from './reasons.ts';
import type { Column } from './table.ts';

const HELP = `Usage: eni-local import [DIR] [--config FILE]... [--network NAME]... [--dry-run] [--json]
                        [--data-dir DIR]

Takes over host-local's reservations from DIR (/var/lib/cni/networks, or the folder of one network),
so that a node changes over without being drained: pods keep their addresses. With the configuration
of a network that has an ENI, the addresses are assigned on it. Nothing in DIR is changed; leave it
until the pods of that time are gone, since their DEL may still go to host-local, and is seen there.
It can be run again. Exit status: 0 when all is taken over, 1 when something is not, 2 for wrong
use.

  --config FILE    network configuration, list or NetworkAttachmentDefinition, JSON or YAML
  --network NAME   only this network
  --dry-run        only tells what it would do
${COMMON_HELP}`;

const OPTIONS = {
  ...COMMON,
  config: { type: 'string', multiple: true, default: [] as string[] },
  network: { type: 'string', multiple: true, default: [] as string[] },
  'dry-run': { type: 'boolean', default: false },
} as const;

export async function runImport(words: readonly string[], world: World): Promise<Answer> {
  const { values: options, positionals } = readOptions(words, OPTIONS, 1);
  if (options.help) return { stdout: HELP, status: 0 };
  const [directory = '/var/lib/cni/networks'] = positionals;
  const configured = options.config.flatMap(readNetworks);
  const names = options.network.length > 0 ? options.network : undefined;
  const inherited = readHostLocal(directory).filter(({ name }) => names?.includes(name) ?? true);
  const missing = names?.find((name) => !inherited.some((network) => network.name === name));
  if (missing !== undefined) throw new UsageError(`${directory} has no network ${missing}`);

  const run = openDataDir(options['data-dir'], 'import', world);
  const all: TakenOver[] = [];
  for (const network of inherited) {
    const configuration = configured.find(({ name }) => name === network.name);
    const dryRun = options['dry-run'];
    const destination = await destinationOf(configuration, dryRun, run);
    all.push(
      ...(dryRun
        ? previewTakeover(network, destination, run)
        : await takeOver(network, destination, EC2.openCloud, run)),
    );
  }
  const status = all.every(isWell) ? 0 : 1;
  return { stdout: options.json ? `${JSON.stringify(all, undefined, 2)}\n` : print(all, inherited), status };
}

const isWell = ({ action, result }: TakenOver): boolean =>
  action === 'known'
    ? result !== 'failed'
    : action === 'take over' && (result === 'done' || result === 'found');

/** Without a configuration, only this node knows the addresses, as with host-local. */
async function destinationOf(network: Network | undefined, dryRun: boolean, run: Run): Promise<Destination> {
  if (!network) return { rangeSets: [], cooldownMs: 0 };
  const allocation = readAllocation(network, '');
  const located = await (dryRun ? lookUpRanges : locateRanges)(allocation, EC2, run);
  return { ...located, cooldownMs: allocation.cooldownMs };
}

const WORDS: Readonly<Record<TakenOver['result'], string>> = {
  done: 'done',
  found: 'to do',
  pending: 'PENDING',
  failed: 'FAILED',
};

const COLUMNS: readonly Column[] = [
  { heading: 'NETWORK', least: 4 },
  { heading: 'ADDRESS' },
  { heading: 'CONTAINER', least: 4 },
  { heading: 'INTERFACE', least: 4 },
  { heading: 'ENI' },
  { heading: 'RESULT' },
];

function print(all: readonly TakenOver[], inherited: readonly InheritedNetwork[]): string {
  if (all.length === 0) return `host-local has given out nothing on ${inherited.length} networks.\n`;
  const rows = all.map(({ network, address, container, interface: name, eni, action, result, reason }) => ({
    subject: address,
    cells: [
      network,
      address,
      container?.slice(0, 13) ?? '-',
      name === undefined || name === '' ? '-' : name,
      eni ?? '-',
      action === 'known' && result === 'done' ? 'known' : WORDS[result],
    ],
    reason: reason ?? '',
  }));
  return printReasoned(COLUMNS, rows);
}
