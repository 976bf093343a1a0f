/** The document on disk: read back as it was written, or known for what it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Delegation, Mark, Reservation, State } from '../../src/model.ts';
import {
  type Document,
  EMPTY,
  FORMAT,
  includesCommit,
  parseDocument,
  printDocument,
  successor,
} from '../../src/store/document.ts';
import {
  binding,
  delegation,
  EMPTY as EMPTY_STATE,
  mark,
  onEni,
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
  reservations: fc.array(arbitraryReservation, { maxLength: 5 }),
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

const arbitraryDocument: fc.Arbitrary<Omit<Document, 'blocks'>> = fc.record({
  version: fc.nat(),
  history: fc.array(fc.stringMatching(/^[0-9a-z]{11}$/), { maxLength: HISTORY }),
  state: arbitraryState,
  unknown: fc.dictionary(
    fc.stringMatching(/^future[a-z]*$/),
    fc.constantFrom(null, 7, 'x', [1], { deep: [{}] }),
    { noNullPrototype: true },
  ),
});

const print = (document: Omit<Document, 'blocks'>): string => printDocument({ ...document, blocks: [] });

/** What was read, but for the texts. */
function parse(text: string, version: number): unknown {
  const reading = parseDocument(text, version);
  if (reading.kind !== 'document') return reading;
  const { blocks: _texts, ...document } = reading.document;
  return document;
}

test('parseDocument() reads what printDocument() wrote', () => {
  fc.assert(
    fc.property(arbitraryDocument, (document) => {
      assert.deepEqual(parse(print(document), document.version), structuredClone(document));
    }),
  );
});

test('parseDocument() reads every layout of the same JSON', () => {
  fc.assert(
    fc.property(arbitraryDocument, fc.constantFrom(0, 2), (document, indent) => {
      const text = JSON.stringify(JSON.parse(print(document)), undefined, indent).replaceAll('\n', '\r\n');
      assert.deepEqual(parse(text, document.version), structuredClone(document));
    }),
  );
});

test('parseDocument() knows every beginning of a document for damaged, wherever it is torn', () => {
  fc.assert(
    fc.property(arbitraryDocument, (document) => {
      const text = print(document);
      for (let length = 0; length < text.trimEnd().length; length++)
        assert.equal(parseDocument(text.slice(0, length), document.version).kind, 'damaged');
    }),
    { numRuns: 20 },
  );
});

test('parseDocument() answers for whatever bytes, and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), fc.nat(), (text, version) => {
      assert.equal(parseDocument(text, version).kind, 'damaged');
    }),
  );
});

test('parseDocument() knows another format before it looks any further', () => {
  const newer = { kind: 'other-format', format: FORMAT + 1 };
  assert.deepEqual(parseDocument(`{"format":${FORMAT + 1}}`, 7), newer);
  assert.deepEqual(parseDocument(`{"format":${FORMAT + 1},"version":8,"reservations":"?"}`, 7), newer);
  const older = '{"format": 1, "version": 7, "reservations": []}';
  assert.deepEqual(parseDocument(older, 7), { kind: 'other-format', format: 1 });
});

test('parseDocument() keeps what a later version may have written: parts of the document, and fields of reservations', () => {
  const document = {
    version: 1,
    history: [],
    state: { ...EMPTY_STATE, reservations: [reservation('c1', '10.10.0.1')] },
    unknown: {},
  };
  const text = print(document)
    .replace('{', '{"floats":[{"address":"10.10.0.9"}],')
    .replace('{"container"', '{"mood":"fine","container"');
  const read = {
    ...document,
    state: { ...document.state, reservations: [{ mood: 'fine', ...reservation('c1', '10.10.0.1') }] },
    unknown: { floats: [{ address: '10.10.0.9' }] },
  };
  assert.deepEqual(parse(text, 1), read);
  assert.deepEqual(parse(print(read), 1), read);
  const next = successor({ ...read, blocks: [] }, 2, 'next', EMPTY_STATE);
  assert.deepEqual(next.unknown, read.unknown, 'a commit hands them on');
});

test('printDocument() has one reservation, mark or binding a line, for people and diffs', () => {
  const state = {
    ...EMPTY_STATE,
    reservations: ['1', '2'].map((n) => reservation(n, `10.10.0.${n}`)),
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
  const { enis: _enis, limits: _limits, bindings: _bindings, ...json } = JSON.parse(printDocument(EMPTY));
  assert.deepEqual(parseDocument(JSON.stringify(json), EMPTY.version), { kind: 'document', document: EMPTY });
});
