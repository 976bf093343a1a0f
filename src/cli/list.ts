/** `eni-local list`: every address that the node has on record. */
import { isGone } from '../sandbox.ts';
import type { World } from '../world.ts';
import { type Listed, listAddresses } from './addresses.ts';
import type { Answer } from './answer.ts';
import { COMMON, COMMON_HELP, openDataDir, readOptions } from './options.ts';
import { type Column, fitTable } from './table.ts';

export const HELP = `Usage: eni-local list [--network NAME] [--all] [--json] [--data-dir DIR]

Prints every address that this node has on record, with its network, container, pod, interface and
ENI, its state, and for how long it has been in that; and every prefix that is delegated to an ENI.
It asks neither EC2 nor a daemon, and changes nothing. The states:

  assigned     a pod has it
  assigning    EC2 is being asked for it
  releasing    it is to be taken off the ENI
  refused      EC2 said no, and the pod's DEL forgets it
  gone         its pod is provably gone, and the next round or reconcile takes it off
  lost         the ENI was seen without it, and gets it again

With --all, also what is remembered of addresses that nobody has: released (let rest for a while),
kept (for its pod), foreign (on another ENI), unexplained (on this ENI, and no record tells why),
asked and unsettled (a call to EC2 was lost).

Exit status: 0 when the state could be read, 1 when not, 2 for wrong use.

  --network NAME   only addresses of this network
  --all            also addresses that nobody has
${COMMON_HELP}`;

const OPTIONS = {
  ...COMMON,
  network: { type: 'string' },
  all: { type: 'boolean', default: false },
} as const;

export async function runList(words: readonly string[], world: World): Promise<Answer> {
  const { values: options } = readOptions(words, OPTIONS);
  if (options.help) return { stdout: HELP, status: 0 };
  const run = openDataDir(options['data-dir'], 'list', world);
  const boot = world.bootId();
  const { network, all } = options;
  const listed = listAddresses(run.store.read(), { network, all }, (one) => isGone(one, boot), world.now());
  if (options.json) return { stdout: `${JSON.stringify(listed, undefined, 2)}\n`, status: 0 };
  return { stdout: listed.length > 0 ? print(listed) : nothing(network, run.directory), status: 0 };
}

const nothing = (network: string | undefined, directory: string): string =>
  `${directory} has no address on record${network === undefined ? '' : ` of network ${network}`}.\n`;

/** ENIs, addresses and states stay whole; of names, the beginning is enough to find them. */
const COLUMNS: readonly Column[] = [
  { heading: 'NETWORK', least: 4 },
  { heading: 'ADDRESS' },
  { heading: 'CONTAINER', least: 4 },
  { heading: 'POD', least: 4 },
  { heading: 'IFNAME', least: 4 },
  { heading: 'ENI' },
  { heading: 'STATE' },
  { heading: 'AGE' },
];

function print(listed: readonly Listed[]): string {
  const rows = listed.map((one) => [
    one.network ?? '-',
    one.address,
    one.container?.slice(0, 12) ?? '-',
    one.pod ?? '-',
    one.interface ?? '-',
    one.eni ?? '-',
    stateOf(one),
    one.age === undefined ? '-' : formatAge(one.age),
  ]);
  return fitTable(COLUMNS, rows);
}

function stateOf({ state, gone, lost }: Listed): string {
  if (state !== 'assigned') return state;
  if (gone) return 'gone';
  return lost ? 'lost' : state;
}

/** Seconds in the greatest unit of which there are two, as kubectl does it. */
export function formatAge(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const;
  const [unit, length] = units.find(([, size]) => seconds >= 2 * size) ?? (['s', 1] as const);
  return `${Math.floor(seconds / length)}${unit}`;
}
