/** The document on disk: read back as it was written, or known for what it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import type { Delegation, Mark, Reservation, State } from '../../src/model.ts';
import { inBlocks } from '../../src/reservations.ts';
import { allReservations, reservationsOf } from '../../src/state.ts';
import {
  type Document,
  EMPTY,
  FORMAT,
  includesCommit,
  parseDocument,
  printDocument,
  type Reading,
  successor,
} from '../../src/store/document.ts';
import {
  binding,
  delegation,
  EMPTY as EMPTY_STATE,
  mark,
  onEni,
  opened,
  pod,
  reservation,
} from '../allocator/claims.ts';

const HISTORY = 256;

const arbitraryText = fc.string({ unit: 'binary', maxLength: 12 });

const arbitraryReservation: fc.Arbitrary<Reservation> = fc
  .record({
    container: arbitraryText,
    interface: arbitraryText,
    address: fc.oneof(fc.ipV4(), fc.ipV6()),
    since: fc.nat(),
    state: fc.constantFrom('assigning', 'assigned', 'releasing', 'refused'),
    pod: fc.option(arbitraryText.map(pod), { nil: undefined }),
    isOnEni: fc.boolean(),
  })
  .map(({ isOnEni, pod: owner, container, address, ...rest }) => ({
    ...(isOnEni ? onEni(container, address) : reservation(container, address)),
    ...rest,
    ...(owner ? { pod: owner } : {}),
  }));

const arbitraryDelegation: fc.Arbitrary<Delegation> = fc
  .tuple(fc.ipV4(), fc.constantFrom('assigning', 'assigned', 'releasing'), fc.nat())
  .map(([first, state, spare]) => delegation(`${first}/28`, { state, spare }));

const arbitraryMark: fc.Arbitrary<Mark> = fc
  .tuple(fc.ipV4(), fc.constantFrom('released', 'foreign', 'asked', 'unsettled'), fc.nat())
  .map(([address, reason, until]) => mark(address, { reason, until }));

const arbitraryState: fc.Arbitrary<State> = fc.record({
  reservations: fc.array(arbitraryReservation, { maxLength: 5 }).map(inBlocks),
  delegations: fc.array(arbitraryDelegation, { maxLength: 3 }),
  marks: fc.array(arbitraryMark, { maxLength: 5 }),
  cursors: fc.dictionary(fc.string({ unit: 'grapheme' }), arbitraryText, { noNullPrototype: true }),
  networks: fc.dictionary(
    fc.string(),
    fc.record({
      eni: fc.record({ id: arbitraryText, region: arbitraryText, subnet: arbitraryText }),
      ranges: fc.array(arbitraryText),
    }),
    { noNullPrototype: true, maxKeys: 3 },
  ),
  enis: fc.dictionary(
    fc.string(),
    fc.record({
      id: arbitraryText,
      region: arbitraryText,
      subnet: arbitraryText,
      cidrs: fc.array(arbitraryText),
      boot: arbitraryText,
      since: fc.nat(),
    }),
    { noNullPrototype: true, maxKeys: 3 },
  ),
  subnets: fc.dictionary(
    fc.string(),
    fc.record({
      boot: arbitraryText,
      since: fc.nat(),
      reserved: fc.array(fc.record({ id: arbitraryText, cidr: arbitraryText }), { maxLength: 3 }),
    }),
    { noNullPrototype: true, maxKeys: 3 },
  ),
  limits: fc.array(
    fc.record({ eni: arbitraryText, family: fc.constantFrom(4, 6), pods: fc.nat(), until: fc.nat() }),
    { maxLength: 3 },
  ),
  bindings: fc.array(
    fc
      .tuple(arbitraryText, fc.ipV4(), fc.nat())
      .map(([name, address, until]) => binding(name, address, { until })),
    { maxLength: 3 },
  ),
});

const arbitraryDocument: fc.Arbitrary<Document> = fc.record({
  version: fc.nat(),
  history: fc.array(fc.stringMatching(/^[0-9a-z]{11}$/), { maxLength: HISTORY }),
  state: arbitraryState,
  unknown: fc.dictionary(
    fc.stringMatching(/^future[a-z]*$/),
    fc.constantFrom(null, 7, 'x', [1], { deep: [{}] }),
    { noNullPrototype: true },
  ),
});

const print = (document: Document): string => printDocument(document).toString();

const parse = (text: string, version: number): Reading => parseDocument(Buffer.from(text), version);

/** A document with its reservations as a list, to be compared. */
const plain = ({ state, ...rest }: Document) => structuredClone({ ...rest, state: opened(state) });

/** The document that the text is read as. */
function parsed(text: string, version: number) {
  const reading = parse(text, version);
  return reading.kind === 'document' ? plain(reading.document) : reading;
}

test('parseDocument() reads what printDocument() wrote', () => {
  fc.assert(
    fc.property(arbitraryDocument, (document) => {
      assert.deepEqual(parsed(print(document), document.version), plain(document));
    }),
  );
});

test('parseDocument() reads every layout of the same JSON', () => {
  fc.assert(
    fc.property(arbitraryDocument, fc.constantFrom(0, 2), (document, indent) => {
      const text = JSON.stringify(JSON.parse(print(document)), undefined, indent).replaceAll('\n', '\r\n');
      assert.deepEqual(parsed(text, document.version), plain(document));
    }),
  );
});

test('parseDocument() knows every beginning of a document for damaged, wherever it is torn', () => {
  fc.assert(
    fc.property(arbitraryDocument, (document) => {
      const text = print(document);
      for (let length = 0; length < text.trimEnd().length; length++)
        assert.equal(parse(text.slice(0, length), document.version).kind, 'damaged');
    }),
    { numRuns: 20 },
  );
});

test('parseDocument() answers for whatever bytes, and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), fc.nat(), (text, version) => {
      assert.equal(parse(text, version).kind, 'damaged');
    }),
  );
});

test('parseDocument() knows another format before it looks any further', () => {
  const newer = { kind: 'other-format', format: FORMAT + 1 };
  assert.deepEqual(parse(`{"format":${FORMAT + 1}}`, 7), newer);
  assert.deepEqual(parse(`{"format":${FORMAT + 1},"version":8,"reservations":"?"}`, 7), newer);
  const older = ['[]', '[\n{"container":"c1"},\n{"container":"c2"}\n]'].map(
    (reservations) => `{\n"format": 1,\n"version": 7,\n"reservations": ${reservations}\n}\n`,
  );
  for (const text of older) assert.deepEqual(parse(text, 7), { kind: 'other-format', format: 1 });
});

test('parseDocument() keeps what a later version may have written: parts of the document, and fields of reservations', () => {
  const document = {
    version: 1,
    history: [],
    state: { ...EMPTY_STATE, reservations: inBlocks([reservation('c1', '10.10.0.1')]) },
    unknown: {},
  };
  const text = print(document)
    .replace('{', '{"floats":[{"address":"10.10.0.9"}],')
    .replace('{"container"', '{"mood":"fine","container"');
  const moody = { mood: 'fine', ...reservation('c1', '10.10.0.1') };
  const read = {
    ...document,
    state: { ...document.state, reservations: inBlocks([moody]) },
    unknown: { floats: [{ address: '10.10.0.9' }] },
  };
  assert.deepEqual(parsed(text, 1), plain(read));
  assert.deepEqual(parsed(print(read), 1), plain(read));
  const next = successor(read, 2, 'next', EMPTY_STATE);
  assert.deepEqual(next.unknown, read.unknown, 'a commit hands them on');
});

test('printDocument() has one reservation, mark or binding a line, for people and diffs', () => {
  const state = {
    ...EMPTY_STATE,
    reservations: inBlocks(['1', '2'].map((n) => reservation(n, `10.10.0.${n}`))),
    marks: [mark('10.10.0.3')],
    bindings: [binding('shop/db-0', '10.10.0.4')],
  };
  const lines = print({ version: 3, history: ['b', 'a'], state, unknown: {} }).split('\n');
  assert.equal(lines.filter((line) => line.includes('"address"')).length, 4);
  assert.ok(lines.includes('"version": 3,'));
});

/** The documents that so many commits make, ids `0`, `1` and so on, from version 1 on. */
function chain(commits: number): Document {
  let document = EMPTY;
  for (let id = 0; id < commits; id++) document = successor(document, id + 1, String(id), EMPTY_STATE);
  return document;
}

test('includesCommit() tells for as many commits as a document names, then it does not know', () => {
  for (let later = 0; later < HISTORY; later++) {
    const document = chain(10 + later);
    assert.equal(includesCommit(document, '9', 10), true, `${later} commits later`);
    assert.equal(includesCommit(document, 'other', 10), false, `${later} commits later`);
  }
  assert.equal(includesCommit(chain(10 + HISTORY), '9', 10), undefined);
  assert.equal(includesCommit(chain(10 + HISTORY), 'other', 10), undefined);
});

test('includesCommit() is never wrong where versions were skipped because they were damaged', () => {
  const skipped = successor(chain(10), 10 + 2 * HISTORY, 'after the gap', EMPTY_STATE);
  assert.equal(includesCommit(skipped, '9', 10), true);
  assert.equal(includesCommit(skipped, 'other', 10), undefined);
});

test('parseDocument() reads a document without the parts that later versions of the program may add', () => {
  const { enis: _enis, limits: _limits, bindings: _bindings, ...json } = JSON.parse(print(EMPTY));
  assert.deepEqual(parse(JSON.stringify(json), EMPTY.version), { kind: 'document', document: EMPTY });
});

/** A document of so many reservations. */
const documentOf = (reservations: number): Document => {
  const many = Array.from({ length: reservations }, (_, index) =>
    onEni(`c${index}`, `10.10.${index >> 8}.${index & 255}`),
  );
  return { version: 7, history: ['a'], state: { ...EMPTY_STATE, reservations: inBlocks(many) }, unknown: {} };
};

/** As many as need no sum, and one more. */
const [FEW, MANY] = [documentOf(15 * 64), documentOf(15 * 64 + 1)];

const SUM = /,\n"sum": "([\da-f]{8})"/;

test('a document with many reservations has the sum of what stands before it; one with few has none', () => {
  assert.doesNotMatch(print(FEW), SUM);
  const text = print(MANY);
  const [end = '', sum] = /\n\],\n"sum": "([\da-f]{8})"\n\}\n$/.exec(text) ?? [];
  assert.equal(sum, crc32(text.slice(0, -end.length)).toString(16).padStart(8, '0'));
  for (const document of [FEW, MANY]) assert.deepEqual(parsed(print(document), 7), plain(document));
});

test('one byte that is another one is damage to a document with a sum, wherever it is', () => {
  const bytes = printDocument(MANY);
  const begin = bytes.indexOf('"version"');
  const end = bytes.indexOf('\n],\n"sum"');
  fc.assert(
    fc.property(fc.integer({ min: begin, max: end - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt8(damaged.readUInt8(at) ^ change, at);
      assert.equal(parseDocument(damaged, 7).kind, 'damaged', `byte ${at}`);
    }),
    { numRuns: 300 },
  );
});

/** The text with another block in the place of its second one, and with the sum that is right for that. */
function withBlock(text: string, block: string): string {
  const blocks = text.split(',\n\n');
  const [body = ''] = blocks.with(1, block).join(',\n\n').split('\n],\n"sum"');
  return `${body}\n],\n"sum": "${crc32(body).toString(16).padStart(8, '0')}"\n}\n`;
}

test('blocks of a document with a sum are read when somebody looks into them', () => {
  const reading = parse(withBlock(print(MANY), '{}'), 7);
  assert.ok(reading.kind === 'document');
  const { state } = reading.document;
  assert.equal(reservationsOf(state, { network: 'pods', container: 'c200', interface: 'net1' }).length, 1);
  assert.throws(() => allReservations(state), {
    kind: 'io',
    message: 'a block of its reservations is malformed',
  });
});

test('a document whose sum was taken out by hand is read as a whole', () => {
  const text = print(MANY).replace(SUM, '');
  assert.deepEqual(parsed(text, 7), plain(MANY));
  assert.equal(parse(text.replace('"c200"', '"c200'), 7).kind, 'damaged');
});

test('what somebody wrote by hand is found, in whatever way JSON lets them write it', () => {
  const text = print(FEW).replace('"c200"', String.raw`"\u0063200"`);
  const reading = parse(text, 7);
  assert.ok(reading.kind === 'document');
  const own = reservationsOf(reading.document.state, {
    network: 'pods',
    container: 'c200',
    interface: 'net1',
  });
  assert.equal(own.length, 1);
});

test('another format is known before its sum, which may be made in another way', () => {
  const text = print(MANY).replace(/"format": \d+/, '"format": 99');
  assert.deepEqual(parse(text, 7), { kind: 'other-format', format: 99 });
});
