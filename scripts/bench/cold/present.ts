/** What `bench -- cold` prints, draws and promises. */
import { type PlotBar, plotBars } from '../plot/bars.ts';
import type { Bar, Report } from '../report.ts';
import { barTable, mebibytes, milliseconds, table, times } from '../table.ts';
import { type ColdFigures, type ColdRow, EMPTY_EXECUTABLE, EMPTY_SCRIPT } from './measure.ts';

/** At most so much, see "Cost" in the contract: CPU against the empty script, and MiB. */
const MOST = { withoutEc2: 1.4, withEc2: 2.4, peakMib: 90 };

export function presentCold(figures: ColdFigures): Report {
  const { rounds, rows } = figures;
  const find = (program: string, verb: ColdRow['verb']): ColdRow => {
    const row = rows.find((one) => one.program === program && one.verb === verb);
    if (!row) throw new Error(`${program} has not been measured`);
    return row;
  };
  const script = find(EMPTY_SCRIPT, 'start');
  const packed = find(EMPTY_EXECUTABLE, 'start');
  const toHostLocal = ({ cpuMs, verb }: ColdRow): string =>
    verb === 'start' ? '' : times(cpuMs / find('host-local', verb).cpuMs);

  const measured = table(
    ['one at a time', '× empty script', '× packed', '× host-local', 'CPU', 'wall', 'peak memory'],
    rows.map((row) => [
      nameOf(row),
      times(row.cpuMs / script.cpuMs),
      times(row.cpuMs / packed.cpuMs),
      toHostLocal(row),
      milliseconds(row.cpuMs),
      milliseconds(row.wallMs),
      mebibytes(row.peakMib),
    ]),
  );
  const bars = rows.flatMap((row) => barsOf(row, script));
  const text = [
    `CPU is user and system time. Medians of ${rounds} rounds, in each of which everything runs once, in an ` +
      'order that rotates; EC2 and the metadata service answer at once, and from another process.',
    measured,
    barTable(bars),
  ].join('\n\n');
  return { figures, text, bars, plots: { cold: draw(rows, script) } };
}

const nameOf = ({ program, verb, ec2 }: ColdRow): string => {
  if (verb === 'start') return program;
  const way = { plain: ', with its EC2 call', tls: ', with its EC2 call over TLS' };
  return `${program} ${verb}${ec2 ? way[ec2] : ''}`;
};

/** The contract speaks of ADD with an EC2 that answers without TLS, and of memory at any time. */
function barsOf(row: ColdRow, script: ColdRow): readonly Bar[] {
  if (row.program !== 'eni-local') return [];
  const name = nameOf(row);
  const most = row.ec2 ? MOST.withEc2 : MOST.withoutEc2;
  const memory = { what: `${name}: memory`, measured: row.peakMib, most: MOST.peakMib, unit: ' MiB' };
  const cpu = { what: `${name}: CPU`, measured: row.cpuMs / script.cpuMs, most, unit: ' ×' };
  return row.verb === 'ADD' && row.ec2 !== 'tls' ? [cpu, memory] : [memory];
}

function draw(rows: readonly ColdRow[], script: ColdRow): string {
  const bars = rows.map((row): PlotBar => {
    const ratio = row.cpuMs / script.cpuMs;
    const bar = barsOf(row, script).find(({ unit }) => unit === ' ×');
    return {
      name: nameOf(row),
      value: ratio,
      text: `${times(ratio)} (${milliseconds(row.cpuMs)})`,
      kind: ['start', 'host-local'].indexOf(row.verb === 'start' ? 'start' : row.program) + 1,
      ...(bar ? { most: bar.most } : {}),
    };
  });
  return plotBars('CPU of one call', 'times an empty script on the same Node; the mark is the bar', bars);
}
