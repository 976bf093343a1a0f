/** Tables in Markdown that can be read in a terminal, too. */
import { type Bar, isKept } from './report.ts';

/** A table whose first columns, so many of them, are words; the others are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], words = 1): string {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const isWord = (column: number): boolean => column < words;
  const line = (cells: readonly string[]): string =>
    `| ${widths
      .map((width, column) => {
        const cell = cells[column] ?? '';
        return isWord(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join(' | ')} |`;
  const rule = widths.map((width, column) =>
    isWord(column) ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`,
  );
  return [line(head), `|${rule.join('|')}|`, ...rows.map(line)].join('\n');
}

export const times = (ratio: number): string => `${ratio.toFixed(ratio < 10 ? 2 : 1)} ×`;
export const milliseconds = (ms: number): string => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
export const mebibytes = (mib: number): string => `${mib.toFixed(0)} MiB`;

/** What was promised beside what was measured; nothing where nothing was. */
export const barTable = (bars: readonly Bar[]): string =>
  bars.length === 0
    ? ''
    : table(
        ['bar', 'at most', 'measured', ''],
        bars.map((bar) => [
          bar.what,
          `${bar.most}${bar.unit}`,
          `${Number(bar.measured.toFixed(2))}${bar.unit}`,
          isKept(bar) ? 'kept' : '**missed**',
        ]),
      );
