/** Tables for a terminal. */

/** Wide enough for a table, and narrow enough for a terminal beside something else. */
export const WIDTH = 100;
const GAP = '  ';

/** A column, and whether its cells may be cut short when the table is too wide. */
export interface Column {
  readonly heading: string;
  /** At least so many characters of a cell stay; without it, cells stay whole. */
  readonly least?: number;
}

/** Rows under their headings, each column as wide as its widest cell; no white space at a line's end. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return layOut(headings, rows, widthsOf(headings, rows));
}

/** The same, with the columns that may be cut no wider than the terminal allows: the widest of them first. */
export function fitTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const headings = columns.map(({ heading }) => heading);
  const widths = widthsOf(headings, rows);
  const excess = (): number =>
    widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1)) - WIDTH;
  while (excess() > 0) {
    const widest = columns.reduce<number | undefined>((best, { least }, place) => {
      const width = widths[place] ?? 0;
      if (least === undefined || width <= least) return best;
      return best === undefined || width > (widths[best] ?? 0) ? place : best;
    }, undefined);
    // What must stay whole is worth more than the margin.
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  const cut = (line: readonly string[]): readonly string[] =>
    line.map((cell, place) => shorten(cell, widths[place] ?? 0));
  return layOut(cut(headings), rows.map(cut), widths);
}

/** The beginning tells most; the sign at the end tells that it is only that. */
const shorten = (cell: string, width: number): string =>
  cell.length <= width ? cell : `${cell.slice(0, Math.max(width - 1, 0))}…`;

const widthsOf = (headings: readonly string[], rows: readonly (readonly string[])[]): number[] =>
  headings.map((_, column) => Math.max(...[headings, ...rows].map((line) => line[column]?.length ?? 0)));

function layOut(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  widths: readonly number[],
): string {
  const print = (line: readonly string[]): string =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd();
  return `${[headings, ...rows].map(print).join('\n')}\n`;
}
