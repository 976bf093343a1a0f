/** What `bench -- prefix` prints, draws and promises. */
import { plotBars } from '../plot/bars.ts';
import type { Bar, Report } from '../report.ts';
import { barTable, milliseconds, seconds, table } from '../table.ts';
import type { PrefixFigures, PrefixRow } from './measure.ts';

const PODS_EACH = 16;

const WORDS: Readonly<Record<PrefixRow['mode'], string>> = {
  address: 'single addresses',
  prefix: 'prefixes',
};

export function presentPrefix(figures: PrefixFigures): Report {
  const { rounds, latencyMs, rows } = figures;
  const measured = table(
    ['at once', 'mode', 'ENIs', 'EC2 calls', 'until the last', 'CPU each'],
    rows.map(({ pods, verb, mode, enis, ec2Calls, wallMs, cpuMs }) => [
      `${pods} ${verb}`,
      WORDS[mode],
      String(enis),
      String(ec2Calls),
      seconds(wallMs),
      milliseconds(cpuMs),
    ]),
  );
  const bars = rows
    .filter(({ mode, verb }) => mode === 'prefix' && verb === 'ADD')
    .map(({ pods, ec2Calls }): Bar => {
      const most = Math.ceil(pods / PODS_EACH);
      return { what: `${pods} ADD in prefixes: EC2 calls`, measured: ec2Calls, most, unit: '' };
    });
  const text = [
    `A node of the largest type, which has had a pod on each ENI before, EC2 answering in ${latencyMs} ms, no ` +
      'cooldown and no spare prefix, so that the last pod of each takes it along. Single addresses are on as many ENIs as have ' +
      `the places for them. Medians of ${rounds} rounds, and the most EC2 calls of them.`,
    measured,
    barTable(bars),
  ].join('\n\n');
  return { figures, text, bars, plots: { prefix: draw(rows) } };
}

const draw = (rows: readonly PrefixRow[]): string =>
  plotBars(
    'Pods at once on one node: calls of EC2',
    'calls of EC2',
    rows.map(({ pods, verb, mode, ec2Calls }) => ({
      name: `${pods} ${verb}, ${WORDS[mode]}`,
      value: ec2Calls,
      text: String(ec2Calls),
      kind: mode === 'prefix' ? 0 : 1,
    })),
  );
