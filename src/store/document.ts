/** The state document: JSON with one reservation, mark or binding a line, so that people and diffs can read it. */
import { isObject, type JsonObject } from '../json.ts';
import type {
  Binding,
  Delegation,
  KnownEni,
  KnownNetwork,
  Limit,
  Mark,
  Reservation,
  State,
} from '../model.ts';

/** Version of the format. A document of a newer one is not ours to read. */
export const FORMAT = 1;

/** How many of the latest commits a document names, see `Store`. */
const HISTORY = 64;

/** One committed version of the state. */
export interface Document {
  readonly version: number;
  /** Ids of the commits that led here, latest first. */
  readonly history: readonly string[];
  readonly state: State;
  /** Parts that only a later version of the program knows: they are handed on as they are. */
  readonly unknown: JsonObject;
}

/** What a file of the state directory turns out to be. */
export type Reading =
  | { readonly kind: 'document'; readonly document: Document }
  | { readonly kind: 'newer'; readonly format: number }
  | { readonly kind: 'damaged'; readonly reason: string };

const EMPTY_STATE: State = {
  reservations: [],
  delegations: [],
  marks: [],
  cursors: {},
  networks: {},
  enis: {},
  limits: [],
  bindings: [],
};

export const EMPTY: Document = { version: 0, history: [], state: EMPTY_STATE, unknown: {} };

/** The document that follows `previous` when commit `id` makes the state `state`. */
export const successor = (previous: Document, version: number, id: string, state: State): Document => ({
  version,
  history: [id, ...previous.history].slice(0, HISTORY),
  state,
  unknown: previous.unknown,
});

/** Whether commit `id` is part of `document`; undefined when it is too long ago to tell. */
export function includesCommit(document: Document, id: string, version: number): boolean | undefined {
  if (document.history.includes(id)) return true;
  return document.version - version < HISTORY ? false : undefined;
}

export function printDocument({ version, history, state, unknown }: Document): string {
  const lines = (items: readonly unknown[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]`;
  const strange = Object.entries(unknown).map(
    ([name, part]) => `${JSON.stringify(name)}: ${JSON.stringify(part)},\n`,
  );
  return `{
"format": ${FORMAT},
"version": ${version},
"history": ${JSON.stringify(history)},
"cursors": ${JSON.stringify(state.cursors)},
"networks": ${JSON.stringify(state.networks)},
"enis": ${JSON.stringify(state.enis)},
"limits": ${JSON.stringify(state.limits)},
${strange.join('')}"delegations": ${lines(state.delegations)},
"bindings": ${lines(state.bindings)},
"marks": ${lines(state.marks)},
"reservations": ${lines(state.reservations)}
}
`;
}

/** Reads what stands in the file of a version. */
export function parseDocument(text: string, version: number): Reading {
  if (text.trim() === '') return { kind: 'damaged', reason: 'it is empty' };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'damaged', reason: 'it is not JSON' };
  }
  if (!isObject(json) || typeof json['format'] !== 'number')
    return { kind: 'damaged', reason: 'it has no format' };
  if (json['format'] > FORMAT) return { kind: 'newer', format: json['format'] };
  if (json['version'] !== version) return { kind: 'damaged', reason: 'it is a copy of another version' };
  // What was first written by a later version of format 1 may be missing: nothing but calls is lost.
  const {
    format: _format,
    version: _version,
    history,
    cursors,
    networks,
    enis = {},
    limits = [],
    delegations = [],
    bindings = [],
    marks,
    reservations,
    ...unknown
  } = json;
  const whole =
    isListOf(history, isText) &&
    isMapOf(cursors, isText) &&
    isMapOf(networks, isKnownNetwork) &&
    isMapOf(enis, isKnownEni) &&
    isListOf(limits, isLimit) &&
    isListOf(delegations, isDelegation) &&
    isListOf(bindings, isBinding) &&
    isListOf(marks, isMark) &&
    isListOf(reservations, isReservation);
  if (!whole) return { kind: 'damaged', reason: 'a part of it is missing or malformed' };
  const state = { cursors, networks, enis, limits, delegations, bindings, marks, reservations };
  return { kind: 'document', document: { version, history, state, unknown } };
}

const isListOf = <T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] =>
  Array.isArray(value) && value.every(isItem);

const isMapOf = <T>(
  value: unknown,
  isItem: (item: unknown) => item is T,
): value is Readonly<Record<string, T>> => isObject(value) && Object.values(value).every(isItem);

const isText = (item: unknown): item is string => typeof item === 'string';

const hasTexts = (item: JsonObject, ...keys: string[]): boolean =>
  keys.every((key) => typeof item[key] === 'string');

/** What every reader of a reservation rests on; the rest was written along with it. */
const isReservation = (item: unknown): item is Reservation =>
  isObject(item) &&
  hasTexts(item, 'network', 'container', 'interface', 'address', 'gateway', 'state') &&
  typeof item['since'] === 'number';

const isDelegation = (item: unknown): item is Delegation =>
  isObject(item) &&
  hasTexts(item, 'network', 'address', 'state') &&
  isObject(item['eni']) &&
  hasTexts(item['eni'], 'id', 'region', 'subnet') &&
  typeof item['spare'] === 'number';

const isMark = (item: unknown): item is Mark =>
  isObject(item) && hasTexts(item, 'scope', 'address', 'reason') && typeof item['until'] === 'number';

const isKnownNetwork = (item: unknown): item is KnownNetwork =>
  isObject(item) &&
  isListOf(item['ranges'], isText) &&
  isObject(item['eni']) &&
  hasTexts(item['eni'], 'id', 'region');

const isKnownEni = (item: unknown): item is KnownEni =>
  isObject(item) && hasTexts(item, 'id', 'region', 'subnet', 'boot') && isListOf(item['cidrs'], isText);

const isBinding = (item: unknown): item is Binding =>
  isObject(item) &&
  hasTexts(item, 'network', 'pod', 'interface', 'scope', 'address') &&
  typeof item['until'] === 'number';

const isLimit = (item: unknown): item is Limit =>
  isObject(item) && hasTexts(item, 'eni') && typeof item['until'] === 'number';
