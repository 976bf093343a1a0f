/** What `bench -- float` prints, draws and promises. */
import { plotLines } from '../plot/lines.ts';
import type { Bar, Report } from '../report.ts';
import { median } from '../statistics.ts';
import { barTable, milliseconds, table } from '../table.ts';
import type { FloatFigures, Turn } from './measure.ts';

/** What the issue asks for. */
const MOST_MS = 1000;

export function presentFloat(figures: FloatFigures): Report {
  const { turns, latencyMs, rows } = figures;
  const measured = table(
    ['take-over', 'in all', 'since the kernel’s notice', 'of that EC2', 'of that the program'],
    rows.flatMap(({ family, turns: all }) => [
      [`${family}, median`, ...cells((of) => median(all.map(of)))],
      [`${family}, slowest`, ...cells(slowest(all))],
    ]),
  );
  const bars = rows.map(
    ({ family, turns: all }): Bar => ({
      what: `${family}, slowest take-over`,
      measured: Math.max(...all.map(({ wallMs }) => wallMs)),
      most: MOST_MS,
      unit: ' ms',
    }),
  );
  const text = [
    `${turns} hand-overs between two network namespaces, each with \`eni-local float\` in it; EC2 takes ` +
      `${latencyMs} ms for a call. IPv4 takes one call, IPv6 three: who has it, off there, on here. “In all” counts ` +
      'from the start of the command that gives the interface the address. Each median is a median by itself; ' +
      'the slowest is one take-over.',
    measured,
    barTable(bars),
  ].join('\n\n');
  return { figures, text, bars, plots: { float: draw(figures) } };
}

type Part = (turn: Turn) => number;

const PARTS: readonly Part[] = [
  ({ wallMs }) => wallMs,
  ({ noticedMs }) => noticedMs,
  ({ ec2Ms }) => ec2Ms,
  ({ noticedMs, ec2Ms }) => noticedMs - ec2Ms,
];

const cells = (value: (part: Part) => number): readonly string[] =>
  PARTS.map((part) => milliseconds(value(part)));

function slowest(turns: readonly Turn[]): (part: Part) => number {
  const [worst] = turns.toSorted((a, b) => b.wallMs - a.wallMs);
  if (!worst) throw new RangeError('There is no slowest of none');
  return (part) => part(worst);
}

const draw = ({ rows }: FloatFigures): string =>
  plotLines(
    'Take-overs of an address',
    { x: 'hand-over', y: 'milliseconds' },
    rows.flatMap(({ family, turns }, kind) =>
      [
        { name: `${family}, in all`, part: ({ wallMs }: Turn) => wallMs, dashed: false },
        { name: `${family}, EC2`, part: ({ ec2Ms }: Turn) => ec2Ms, dashed: true },
      ].map(({ name, part, dashed }) => ({
        name,
        kind,
        dashed,
        points: turns.map((turn, index) => [index + 1, part(turn)] as const),
      })),
    ),
  );
