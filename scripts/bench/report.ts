/** What a bench hands over: figures for programs, tables and plots for people, bars that must hold. */

/** A promise about a figure: it is at most so much. */
export interface Bar {
  readonly what: string;
  readonly measured: number;
  readonly most: number;
  /** What stands behind both numbers. */
  readonly unit: string;
}

export interface Report {
  /** The raw figures, for `--json`. */
  readonly figures: object;
  /** Markdown: what was measured, and the tables. */
  readonly text: string;
  /** SVG by name. */
  readonly plots: Readonly<Record<string, string>>;
  readonly bars: readonly Bar[];
}

/** How much is measured: all of it, or the least that shows that the bench works. */
export type Scale = 'full' | 'quick';

/** Tells the people who wait how far it is. */
export type Tell = (progress: string) => void;

export const isKept = ({ measured, most }: Bar): boolean => measured <= most;
