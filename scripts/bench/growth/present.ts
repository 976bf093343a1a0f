/** What `bench -- growth` prints, draws and promises. */
import { plotLines } from '../plot/lines.ts';
import type { Bar, Report } from '../report.ts';
import { barTable, milliseconds, table, times } from '../table.ts';
import type { GrowthFigures, GrowthRow } from './measure.ts';

/** At most so much of what the first pod costs, see "Cost" in the contract. */
const MOST = 1.5;

export function presentGrowth(figures: GrowthFigures): Report {
  const { sizes, rounds, rows } = figures;
  const head = sizes.map((pods) => pods.toLocaleString('en'));
  const measured = table(
    ['CPU of a call × on an empty node', ...head],
    rows.map((row) => [
      `${row.program} ${row.verb}`,
      ...row.cpuMs.map((cpuMs, at) => `${times(ratioAt(row, at))} (${milliseconds(cpuMs)})`),
    ]),
  );
  const bars = rows.flatMap((row): Bar[] => {
    if (row.program !== 'eni-local') return [];
    const what = `${row.verb} with ${head.at(-1)} reservations: CPU`;
    return [{ what, measured: ratioAt(row, sizes.length - 1), most: MOST, unit: ' ×' }];
  });
  const text = [
    `Columns: how many pods live on the node. Without EC2 (\`eni.assign: false\`), since no ENI holds that ` +
      `many addresses. Medians of ${rounds} rounds, in each of which a pod comes, is checked and goes on ` +
      'every node.',
    measured,
    barTable(bars),
  ].join('\n\n');
  return { figures, text, bars, plots: { growth: draw(figures) } };
}

const ratioAt = ({ cpuMs: [empty = Number.NaN, ...more] }: GrowthRow, at: number): number =>
  ([empty, ...more][at] ?? Number.NaN) / empty;

function draw({ sizes, rows }: GrowthFigures): string {
  const programs = [...new Set(rows.map(({ program }) => program))];
  const verbs = [...new Set(rows.map(({ verb }) => verb))];
  return plotLines(
    'CPU of a call on a node on which many pods live',
    { x: 'pods on the node', y: 'times an empty node', logFrom: 0.5 },
    rows.map((row) => ({
      name: `${row.program} ${row.verb}`,
      kind: verbs.indexOf(row.verb),
      dashed: programs.indexOf(row.program) > 0,
      dots: true,
      points: sizes.map((pods, at) => [pods, ratioAt(row, at)] as const),
    })),
  );
}
