/** The state document as tests read and write it: by its description in docs/how-it-works.md, not by src/store. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Fields = Readonly<Record<string, unknown>>;

/** Reservations that stand together: what all of them have in common, and what each has itself. */
interface Block {
  readonly all: Fields;
  readonly each: readonly Fields[];
}

/** A document with each reservation whole. */
export type Document = Fields & { readonly reservations: readonly Fields[] };

export function readDocument(text: string): Document {
  const document = JSON.parse(text) as Fields & { readonly reservations: readonly Block[] };
  const reservations = document.reservations.flatMap(({ all, each }) =>
    each.map((own) => ({ ...all, ...own })),
  );
  return { ...document, reservations };
}

/** Another layout than the program's, and without a sum: the program reads it all the same. */
export const writeDocument = ({ reservations, sum: _of, ...rest }: Document): string =>
  JSON.stringify({ ...rest, reservations: [{ all: {}, each: reservations }] });

const fileOf = (version: number): string => `state.${version}.json`;

/** The latest version in a state directory; 0 when there is none. */
const latestIn = (directory: string): number =>
  Math.max(0, ...readdirSync(directory).map((name) => Number(/^state\.(\d+)\.json$/.exec(name)?.[1] ?? 0)));

/** The latest document in a state directory, or undefined when there is none. */
export function latestDocument(directory: string): Document | undefined {
  const latest = latestIn(directory);
  return latest === 0 ? undefined : readDocument(readFileSync(join(directory, fileOf(latest)), 'utf8'));
}

/** Puts a new version in place, with some parts as `change` has them. */
export function rewriteDocument(directory: string, change: (document: Document) => Partial<Document>): void {
  const document = latestDocument(directory);
  if (!document) throw new Error(`There is no state in ${directory}`);
  const version = latestIn(directory) + 1;
  const next: Document = { ...document, ...change(document), version };
  writeFileSync(join(directory, fileOf(version)), writeDocument(next));
}
