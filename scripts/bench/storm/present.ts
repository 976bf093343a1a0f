/** What `bench -- storm` prints, draws and promises. */
import { plotLines } from '../plot/lines.ts';
import type { Bar, Report } from '../report.ts';
import { sum } from '../statistics.ts';
import { barTable, milliseconds, seconds, table, times } from '../table.ts';
import type { StormFigures, StormRow } from './measure.ts';

/** At most so many calls for what the largest ENI holds, see "Cost" in the contract. */
const MOST_CALLS = { pods: 49, calls: 6 };

export function presentStorm(figures: StormFigures): Report {
  const { rounds, rows, emptyMs } = figures;
  const groups = [...Map.groupBy(rows, ({ verb, pods }) => `${verb} ${pods.join('+')}`).values()];
  const latencies = [...new Set(rows.map(({ latencyMs }) => latencyMs))];
  const each = (group: readonly StormRow[], print: (row: StormRow) => string): string =>
    group.map(print).join(' · ');

  const measured = table(
    ['at once', 'EC2 calls', 'of one a pod', 'CPU × empty script', 'until the last', 'CPU each'],
    groups.map((group) => [
      nameOf(group),
      each(group, ({ ec2Calls }) => String(ec2Calls)),
      each(group, ({ ec2Calls, pods }) => `${((100 * ec2Calls) / sum(pods)).toFixed(0)} %`),
      each(group, ({ cpuMs }) => times(cpuMs / emptyMs)),
      each(group, ({ wallMs }) => seconds(wallMs)),
      each(group, ({ cpuMs }) => milliseconds(cpuMs)),
    ]),
  );
  const bars = groups.flatMap(barsOf);
  const text = [
    `Each cell: EC2 answering in ${latencies.join(' · ')} ms. A sum stands for two ENIs of one node, which has had a pod on each before. Medians of ` +
      `${rounds} rounds, and the most EC2 calls of them. An empty script on the same Node took ` +
      `${milliseconds(emptyMs)} of CPU in between; “CPU each” is the mean of the processes, of those that ` +
      'call EC2 and of those that wait for them.',
    measured,
    barTable(bars),
  ].join('\n\n');
  return { figures, text, bars, plots: { storm: draw(groups) } };
}

const nameOf = ([row]: readonly StormRow[]): string =>
  row ? `${row.pods.filter((count) => count > 0).join(' + ')} ${row.verb}` : '';

/** The contract names 49 pods on one ENI, with EC2 at its slowest. */
function barsOf(group: readonly StormRow[]): readonly Bar[] {
  const slowest = group.toSorted((a, b) => b.latencyMs - a.latencyMs)[0];
  if (!slowest || slowest.pods.length !== 1 || sum(slowest.pods) !== MOST_CALLS.pods) return [];
  const what = `${nameOf(group)}: EC2 calls, EC2 answering in ${slowest.latencyMs} ms`;
  return [{ what, measured: slowest.ec2Calls, most: MOST_CALLS.calls, unit: '' }];
}

function draw(groups: readonly (readonly StormRow[])[]): string {
  const sizes = [...new Set(groups.flatMap(([row]) => (row ? [sum(row.pods)] : [])))];
  return plotLines(
    'Pods at once on one node: until the last of them is done',
    { x: 'milliseconds that EC2 takes for a call', y: 'seconds' },
    groups.map((group) => ({
      name: nameOf(group),
      kind: sizes.indexOf(sum(group[0]?.pods ?? [])),
      dashed: group[0]?.verb === 'DEL',
      dots: true,
      points: group.map(({ latencyMs, wallMs }) => [latencyMs, wallMs / 1000] as const),
    })),
  );
}
