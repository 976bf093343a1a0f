/** The state document: JSON with one reservation, mark or binding a line, so that people and diffs can read it. */
import { crc32 } from 'node:zlib';
import { Failure } from '../errors.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { Reservations, State } from '../model.ts';
import { printBlock, writtenBlock } from './reservation-blocks.ts';
import {
  isBinding,
  isDelegation,
  isKnownEni,
  isKnownNetwork,
  isKnownSubnet,
  isLimit,
  isListOf,
  isMapOf,
  isMark,
  isText,
} from './shapes.ts';

/** Version of the format. A document of another one is not ours to read; those before it never left their cradle. */
export const FORMAT = 3;

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

/** The beginning, in every format: what follows may be quite different in another one. */
const BEGIN = /^\s*\{\s*"format":\s*(\d+)/;
const LONGEST_BEGIN = 64;
/** This stands before the blocks of reservations, and between them. */
const BEFORE = '\n"reservations": [\n';
const BETWEEN = Buffer.from(',\n\n');
/** The end. With the sum of all that stands before it, the blocks are known for whole without being read. */
const end = (sum?: string): string => (sum === undefined ? '\n]\n}\n' : `\n],\n"sum": "${sum}"\n}\n`);
const END = /\n\](?:,\n"sum": "([\da-f]{8})")?\n\}\n$/;
/** Stands in the sum's place until it is known. */
const NO_SUM = '00000000';
const LONGEST_END = end(NO_SUM).length;

/**
 * So many blocks are worth a sum; to read fewer costs less than to load what makes one. All pods that an ENI can
 * have, in prefixes, are fewer.
 */
const MANY = 16;

const sumOf = (bytes: Uint8Array): string => crc32(bytes).toString(16).padStart(8, '0');

export function printDocument({ version, history, state, unknown }: Document): Buffer {
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
  const isMany = state.reservations.length >= MANY;
  const blocks = state.reservations.flatMap((block, index) =>
    index === 0 ? printBlock(block) : [BETWEEN, printBlock(block)],
  );
  const tail = end(isMany ? NO_SUM : undefined);
  const bytes = Buffer.concat([Buffer.from(`${head}${BEFORE}`), ...blocks, Buffer.from(tail)]);
  if (isMany) {
    const summed = bytes.subarray(0, -LONGEST_END);
    bytes.write(end(sumOf(summed)), summed.length);
  }
  return bytes;
}

/** Reads what stands in the file of a version. */
export function parseDocument(bytes: Buffer, version: number): Reading {
  const begin = bytes.toString('latin1', 0, LONGEST_BEGIN);
  const isEmpty = begin.trim() === '' && bytes.toString().trim() === '';
  if (isEmpty) return { kind: 'damaged', reason: 'it is empty' };
  const [tail, sum] = END.exec(bytes.subarray(-LONGEST_END).toString('latin1')) ?? [];
  const format = Number(BEGIN.exec(begin)?.[1] ?? FORMAT);
  if (sum !== undefined && format !== FORMAT) return { kind: 'other-format', format };
  if (sum !== undefined && sum !== sumOf(bytes.subarray(0, -LONGEST_END)))
    return { kind: 'damaged', reason: 'it is not what was written: its sum is another one' };
  try {
    return readParts(partsOf(bytes, tail), version, sum !== undefined);
  } catch (error) {
    if (error instanceof Failure) return { kind: 'damaged', reason: error.message };
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: 'damaged', reason: 'it is not JSON' };
  }
}

interface Parts {
  /** All that is in the document but the reservations. */
  readonly head: unknown;
  /** Undefined when there is no list of them. */
  readonly reservations: Reservations | undefined;
}

/**
 * Takes a document apart without reading the blocks: no text in JSON goes over the end of a line. What somebody has
 * laid out in another way has no such `tail`, and is read as well.
 * @throws SyntaxError when it is not JSON.
 */
function partsOf(bytes: Buffer, tail: string | undefined): Parts {
  const at = bytes.indexOf(BEFORE);
  if (at >= 0 && tail !== undefined) {
    const head: unknown = JSON.parse(`${bytes.toString('utf8', 0, at)}${BEFORE}]}`);
    const blocks = split(bytes.subarray(at + BEFORE.length, -tail.length), BETWEEN);
    return { head, reservations: blocks.map(writtenBlock) };
  }
  const json: unknown = JSON.parse(bytes.toString());
  if (!isObject(json)) return { head: json, reservations: undefined };
  const { reservations, sum: _its, ...head } = json;
  const blocks = Array.isArray(reservations) ? reservations.map((block) => JSON.stringify(block)) : undefined;
  return { head, reservations: blocks?.map((block) => writtenBlock(Buffer.from(block))) };
}

/** What stands between these separators; nothing where there is nothing. */
function split(bytes: Buffer, separator: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(separator, from);
    const to = found < 0 ? bytes.length : found;
    parts.push(bytes.subarray(from, to));
    from = to + separator.length;
  }
  return parts;
}

/** @throws Failure when a block is none. */
function readParts({ head, reservations }: Parts, expected: number, isSummed: boolean): Reading {
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
    reservations: _blocks,
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
  if (!whole || !reservations) return { kind: 'damaged', reason: 'a part of it is missing or malformed' };
  // Without a sum, only to read a block shows whether it is one.
  if (!isSummed) for (const block of reservations) block.read();
  const state = { cursors, networks, enis, subnets, limits, delegations, bindings, marks, reservations };
  return { kind: 'document', document: { version: expected, history, state, unknown } };
}
