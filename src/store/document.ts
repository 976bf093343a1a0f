/** The state document: JSON with one reservation, mark or binding a line, so that people and diffs can read it. */
import { isObject, type JsonObject } from '../json.ts';
import type {
  Binding,
  Delegation,
  KnownEni,
  KnownNetwork,
  KnownSubnet,
  Limit,
  Mark,
  ReservedBlock,
  State,
} from '../model.ts';
import { type Block, intoBlocks, readBlock } from './reservation-blocks.ts';

/** Version of the format. A document of another one is not ours to read; that of 1 never left its cradle. */
export const FORMAT = 2;

/** How many of the latest commits a document names, see `Store`: on a busy node many pass while a process waits. */
const HISTORY = 256;

/** One committed version of the state. */
export interface Document {
  readonly version: number;
  /** Ids of the commits that led here, latest first. */
  readonly history: readonly string[];
  readonly state: State;
  /** Parts that only a later version of the program knows: they are handed on as they are. */
  readonly unknown: JsonObject;
  /** The reservations as they were read: what has not changed since is printed as it was. */
  readonly blocks: readonly Block[];
}

/** What a file of the state directory turns out to be. */
export type Reading =
  | { readonly kind: 'document'; readonly document: Document }
  | { readonly kind: 'other-format'; readonly format: number }
  | { readonly kind: 'damaged'; readonly reason: string };

/** Who wrote a document of another format. */
export const describeWriter = (format: number): string =>
  format > FORMAT ? 'a newer eni-local' : 'an older eni-local';

const EMPTY_STATE: State = {
  reservations: [],
  delegations: [],
  marks: [],
  cursors: {},
  networks: {},
  enis: {},
  subnets: {},
  limits: [],
  bindings: [],
};

export const EMPTY: Document = { version: 0, history: [], state: EMPTY_STATE, unknown: {}, blocks: [] };

/** The document that follows `previous` when commit `id` makes the state `state`. */
export const successor = (previous: Document, version: number, id: string, state: State): Document => ({
  version,
  history: [id, ...previous.history].slice(0, HISTORY),
  state,
  unknown: previous.unknown,
  blocks: previous.blocks,
});

/** Whether commit `id` is part of `document`; undefined when it is too long ago to tell. */
export function includesCommit(document: Document, id: string, version: number): boolean | undefined {
  if (document.history.includes(id)) return true;
  return document.version - version < HISTORY ? false : undefined;
}

/** The reservations are the last part: this stands before them, between their blocks, and behind them. */
const BEFORE = '\n"reservations": [\n';
const BETWEEN = ',\n\n';
const BEHIND = '\n]\n}\n';

export function printDocument({ version, history, state, unknown, blocks: known }: Document): string {
  const lines = (items: readonly unknown[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]`;
  const strange = Object.entries(unknown).map(
    ([name, part]) => `${JSON.stringify(name)}: ${JSON.stringify(part)},\n`,
  );
  const head = `{
"format": ${FORMAT},
"version": ${version},
"history": ${JSON.stringify(history)},
"cursors": ${JSON.stringify(state.cursors)},
"networks": ${JSON.stringify(state.networks)},
"enis": ${JSON.stringify(state.enis)},
"subnets": ${JSON.stringify(state.subnets)},
"limits": ${JSON.stringify(state.limits)},
${strange.join('')}"delegations": ${lines(state.delegations)},
"bindings": ${lines(state.bindings)},
"marks": ${lines(state.marks)},`;
  const blocks = intoBlocks(state.reservations, known);
  // V8 copies what is joined, but not what is added: there may be megabytes of it.
  const body = blocks.reduce(
    (text, block) => (text === '' ? block.text : `${text}${BETWEEN}${block.text}`),
    '',
  );
  return `${head}${BEFORE}${body}${BEHIND}`;
}

/** Reads what stands in the file of a version. */
export function parseDocument(text: string, version: number): Reading {
  if (text.trim() === '') return { kind: 'damaged', reason: 'it is empty' };
  try {
    return readParts(partsOf(text), version);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: 'damaged', reason: 'it is not JSON' };
  }
}

interface Parts {
  /** All that is in the document but the reservations. */
  readonly head: unknown;
  /** Texts of the blocks of reservations; undefined when there is no list of them. */
  readonly blocks: readonly string[] | undefined;
}

/**
 * Takes a document apart without reading the blocks: head and blocks are JSON exactly if the text is, since no
 * text in JSON goes over the end of a line. What somebody has laid out in another way is read as well.
 * @throws SyntaxError when it is not JSON.
 */
function partsOf(text: string): Parts {
  const at = text.indexOf(BEFORE);
  const isOurs = at >= 0 && text.endsWith(BEHIND);
  const json: unknown = JSON.parse(isOurs ? `${text.slice(0, at)}${BEFORE}${BEHIND}` : text);
  if (!isObject(json)) return { head: json, blocks: undefined };
  const { reservations, ...head } = json;
  if (isOurs) {
    const blocks = text.slice(at + BEFORE.length, -BEHIND.length);
    return { head, blocks: blocks === '' ? [] : blocks.split(BETWEEN) };
  }
  const blocks = Array.isArray(reservations) ? reservations.map((one) => JSON.stringify(one)) : undefined;
  return { head, blocks };
}

/** @throws SyntaxError when a block is not JSON. */
function readParts({ head, blocks: texts }: Parts, expected: number): Reading {
  if (!isObject(head) || typeof head['format'] !== 'number')
    return { kind: 'damaged', reason: 'it has no format' };
  if (head['format'] !== FORMAT) return { kind: 'other-format', format: head['format'] };
  if (head['version'] !== expected) return { kind: 'damaged', reason: 'it is a copy of another version' };
  // What a later version of this format was the first to write may be missing: nothing but calls is lost.
  const {
    format: _format,
    version: _version,
    history,
    cursors,
    networks,
    enis = {},
    subnets = {},
    limits = [],
    delegations = [],
    bindings = [],
    marks,
    ...unknown
  } = head;
  const whole =
    isListOf(history, isText) &&
    isMapOf(cursors, isText) &&
    isMapOf(networks, isKnownNetwork) &&
    isMapOf(enis, isKnownEni) &&
    isMapOf(subnets, isKnownSubnet) &&
    isListOf(limits, isLimit) &&
    isListOf(delegations, isDelegation) &&
    isListOf(bindings, isBinding) &&
    isListOf(marks, isMark);
  const blocks = texts?.map(readBlock);
  if (!whole || !blocks?.every((block) => block !== undefined))
    return { kind: 'damaged', reason: 'a part of it is missing or malformed' };
  const reservations = blocks.flatMap((block) => block.reservations);
  const state = { cursors, networks, enis, subnets, limits, delegations, bindings, marks, reservations };
  return { kind: 'document', document: { version: expected, history, state, unknown, blocks } };
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

const isKnownSubnet = (item: unknown): item is KnownSubnet =>
  isObject(item) &&
  hasTexts(item, 'boot') &&
  typeof item['since'] === 'number' &&
  isListOf(item['reserved'], isReservedBlock);

const isReservedBlock = (item: unknown): item is ReservedBlock =>
  isObject(item) && hasTexts(item, 'id', 'cidr');

const isBinding = (item: unknown): item is Binding =>
  isObject(item) &&
  hasTexts(item, 'network', 'pod', 'interface', 'scope', 'address') &&
  typeof item['until'] === 'number';

const isLimit = (item: unknown): item is Limit =>
  isObject(item) && hasTexts(item, 'eni') && typeof item['until'] === 'number';
