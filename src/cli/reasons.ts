/** Tables whose rows have a reason, which may be a sentence. */
import { type Column, fitTable, printTable, WIDTH } from './table.ts';
import { wrap } from './wrap.ts';

/** A row of a table, and why it is there. */
export interface Reasoned {
  /** What the reason is about, when it stands apart from its row. */
  readonly subject: string;
  readonly cells: readonly string[];
  /** Empty when there is none. */
  readonly reason: string;
}

/** Reasons are the last column as long as all of them fit; else they stand below, whole. */
export function printReasoned(columns: readonly Column[], rows: readonly Reasoned[]): string {
  const headings = [...columns.map(({ heading }) => heading), 'REASON'];
  const whole = printTable(
    headings,
    rows.map(({ cells, reason }) => [...cells, reason]),
  );
  if (whole.split('\n').every((line) => line.length <= WIDTH)) return whole;
  const table = fitTable(
    columns,
    rows.map(({ cells }) => cells),
  );
  const reasons = rows.filter(({ reason }) => reason !== '');
  return `${table}\n${reasons.map(({ subject, reason }) => wrap(`${subject}: ${reason}`, '', '  ')).join('')}`;
}
