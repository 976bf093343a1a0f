/** `eni-local reserve`: keeps a part of a subnet for pods, after showing what sits inside. */
import { formatPrefix, networkOf, type Prefix, parsePrefix } from '../net/prefix.ts';
import { type Reserved, reserve } from '../reserve/reserve.ts';
import type { Occupant } from '../reserve/situation.ts';
import type { World } from '../world.ts';
import type { Answer } from './answer.ts';
import { COMMON, openDataDir, readOptions, UsageError } from './options.ts';
import { findSubnet, readPlace } from './subnet-place.ts';
import { type Column, fitTable } from './table.ts';
import { wrap } from './wrap.ts';

const HELP = `Usage: eni-local reserve CIDR (--subnet ID | --interface NAME | --eni ID) [--region REGION]
                         [--description TEXT] [--force] [--dry-run] [--json]

Reserves CIDR in a subnet for pods (a subnet CIDR reservation of the type explicit), so that AWS
gives none of its addresses to worker nodes, load balancers or the VPC CNI by itself. A
configuration without ranges then gives them out. First it shows what sits inside. It can be run
again: what is reserved already is well.

It refuses when the block overlaps with another reservation, which EC2 does not allow; and, without
--force, when an ENI has an address of the block as its own, or when nothing of the subnet would be
left: such an ENI stays where it is, and no pod can get its address. Secondary addresses and
prefixes inside are no obstacle: they come and go with pods, which may be those of eni-local.

Exit status: 0 when it is reserved (or would be, in a dry run), 1 when it is not, 2 for wrong use.

  --subnet ID          the subnet, such as subnet-0abc1234567890def
  --interface NAME     the subnet of this host interface, on a node
  --eni ID             the subnet of this ENI
  --region REGION      region of EC2 (AWS_REGION, AWS_DEFAULT_REGION; on a node its own)
  --description TEXT   what ipam.eni.reservation may pick it by; "eni-local" when not given
  --force              reserves the block though ENIs have addresses of it as their own
  --dry-run            only tells what it would do
  --json               prints JSON instead of text
  --help               prints this
`;

const { json, help } = COMMON;
const OPTIONS = {
  json,
  help,
  subnet: { type: 'string' },
  interface: { type: 'string' },
  eni: { type: 'string' },
  region: { type: 'string' },
  description: { type: 'string', default: 'eni-local' },
  force: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
} as const;

export async function runReserve(words: readonly string[], world: World): Promise<Answer> {
  const { values: options, positionals } = readOptions(words, OPTIONS, 1);
  if (options.help) return { stdout: HELP, status: 0 };
  const block = readBlock(positionals[0]);
  const place = readPlace(options);
  const run = openDataDir(undefined, 'reserve', world);
  const { survey, subnet } = await findSubnet(place, options.region, run);
  const { description, force } = options;
  const wish = { block, subnet, description, force, dryRun: options['dry-run'] };
  const reserved = await reserve(wish, survey, run);
  return {
    stdout: options.json ? `${JSON.stringify(reserved, undefined, 2)}\n` : print(reserved),
    status: reserved.result === 'refused' ? 1 : 0,
  };
}

function readBlock(text: string | undefined): Prefix {
  if (text === undefined) throw new UsageError('reserve needs the CIDR that it is to reserve');
  const block = parsePrefix(text);
  if (!block) throw new UsageError(`${text} is no CIDR such as 10.10.1.64/26`);
  const network = networkOf(block);
  if (network.address.value === block.address.value) return network;
  throw new UsageError(`${text} has host bits set; did you mean ${formatPrefix(network)}?`);
}

const COLUMNS: readonly Column[] = [
  { heading: 'INSIDE' },
  { heading: 'IS' },
  { heading: 'ENI' },
  { heading: 'INSTANCE' },
  { heading: 'DESCRIPTION', least: 4 },
];

function print(reserved: Reserved): string {
  const { subnet, cidrs, reservations, inside } = reserved;
  const others = reservations.map(({ id, cidr, type, description }) =>
    wrap(`${id} reserves ${cidr} (${type})${description ? `: ${description}` : ''}`, '  ', '    '),
  );
  const rows = summarize(inside).map(({ address, as, eni, instance, description }) => [
    address,
    as,
    eni,
    instance ?? '-',
    description ?? '-',
  ]);
  return [
    `${subnet}: ${cidrs.join(', ')}\n`,
    ...others,
    '\n',
    rows.length === 0 ? `No ENI has an address of ${reserved.cidr}.\n` : fitTable(COLUMNS, rows),
    '\n',
    ...conclude(reserved),
  ].join('');
}

/** Of secondary addresses an ENI has many: a line tells of all that it has. */
function summarize(inside: readonly Occupant[]): readonly Occupant[] {
  const rows = new Map<string, Occupant[]>();
  for (const one of inside) {
    const key = one.as === 'secondary' ? one.eni : one.address;
    rows.set(key, [...(rows.get(key) ?? []), one]);
  }
  return [...rows.values()].flatMap(([first, ...more]) => {
    if (!first) return [];
    return more.length === 0 ? first : { ...first, address: `${first.address} and ${more.length} more` };
  });
}

function conclude({ subnet, cidr, result, id, reasons, hidden }: Reserved): readonly string[] {
  const told = reasons.map((reason) => wrap(reason, result === 'refused' ? '✗ ' : '! ', '  '));
  const kept = `${id} keeps ${cidr} of ${subnet} for pods`;
  switch (result) {
    case 'known':
      return [wrap(`✓ reserved already: ${kept}`, '', '  ')];
    case 'done':
      return [
        ...told,
        wrap(`✓ reserved: ${kept}`, '', '  '),
        ...(hidden ? [wrap('EC2 does not show it yet: nodes use it a little later', '! ', '  ')] : []),
      ];
    case 'found':
      return [
        ...told,
        wrap(`${cidr} of ${subnet} would be reserved, if this were not a dry run`, '✓ ', '  '),
      ];
    case 'refused':
      return [...told, wrap(`${cidr} of ${subnet} is not reserved; see eni-local reserve --help`, '', '  ')];
  }
}
