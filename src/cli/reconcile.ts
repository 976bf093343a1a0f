/** `eni-local reconcile`: brings records and ENIs together, and tells what it did. */
import { openEc2 } from '../eni/ec2-client.ts';
import { type Reconciled, reconcile } from '../eni/reconcile.ts';
import type { World } from '../world.ts';
import type { Answer } from './answer.ts';
import { COMMON, COMMON_HELP, openDataDir, readOptions } from './options.ts';
import { printReasoned } from './reasons.ts';
import type { Column } from './table.ts';
import { wrap } from './wrap.ts';

const HELP = `Usage: eni-local reconcile [--dry-run] [--orphans] [--json] [--data-dir DIR]

Takes off the ENI what pods left there that are provably gone, assigns what a living pod lost, and
reports what nothing explains. Exit status: 0 when records and ENIs agree (now), 1 when something is
left to do, 2 for wrong use.

  --dry-run        only tells what it would do
  --orphans        also takes off ENI addresses inside the ranges that no record explains
${COMMON_HELP}`;

const OPTIONS = {
  ...COMMON,
  'dry-run': { type: 'boolean', default: false },
  orphans: { type: 'boolean', default: false },
} as const;

export async function runReconcile(words: readonly string[], world: World): Promise<Answer> {
  const { values: options } = readOptions(words, OPTIONS);
  if (options.help) return { stdout: HELP, status: 0 };
  const run = openDataDir(options['data-dir'], 'reconcile', world);
  const found = await reconcile({ dryRun: options['dry-run'], orphans: options.orphans }, openEc2, run);
  const status = found.every(({ result }) => result === 'done') ? 0 : 1;
  return { stdout: options.json ? `${JSON.stringify(found, undefined, 2)}\n` : print(found), status };
}

const WORDS: Readonly<Record<Reconciled['result'], string>> = {
  done: 'done',
  found: 'to do',
  failed: 'FAILED',
};

const COLUMNS: readonly Column[] = [
  { heading: 'ACTION' },
  { heading: 'ADDRESS' },
  { heading: 'ENI' },
  { heading: 'CONTAINER', least: 4 },
  { heading: 'RESULT' },
];

function print(found: readonly Reconciled[]): string {
  if (found.length === 0) return 'Records and ENIs agree.\n';
  const rows = found.map(({ action, address, eni, container, reason, result }) => ({
    subject: address,
    cells: [action, address, eni ?? '-', container?.slice(0, 13) ?? '-', WORDS[result]],
    reason,
  }));
  const errors = found.flatMap(({ error }) => error ?? []);
  return [printReasoned(COLUMNS, rows), ...new Set(errors.map((error) => wrap(error, '', '  ')))].join('');
}
