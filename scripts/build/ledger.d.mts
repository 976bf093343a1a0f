/** One part of the bundle. */
export interface Entry {
  /** Of the whole part. */
  readonly kilobytes: number;
  readonly packages: Readonly<Record<string, number>>;
  /** Modules of Node that it loads, at once or later. */
  readonly modules: readonly string[];
}

export type Ledger = Readonly<Record<string, Entry>>;

/** By part, from the sources as they are. */
export function makeLedger(): Promise<Ledger>;

/** As it was written last. */
export function readLedger(): Promise<Ledger>;
