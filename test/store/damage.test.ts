/** The table of named damages to the state directory, and what each of them leads to. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readDocument, writeDocument } from '../state-document.ts';
import { adds, fileOf, Place } from './place.ts';

/** What has become of the latest version's text. */
type Damage = (text: string, previous: string) => string | Uint8Array;

const rewritten =
  (change: (document: Record<string, unknown>) => Record<string, unknown>): Damage =>
  (text) =>
    JSON.stringify(change(JSON.parse(text) as Record<string, unknown>));

const without = (field: string): Damage => rewritten((document) => ({ ...document, [field]: undefined }));
const withReservation =
  (change: Record<string, unknown>): Damage =>
  (text) => {
    const { reservations, ...rest } = readDocument(text);
    return writeDocument({ ...rest, reservations: reservations.map((one) => ({ ...one, ...change })) });
  };
const withBlock = (block: unknown): Damage =>
  rewritten((document) => ({ ...document, reservations: [block] }));

const EMPTY = 'it is empty';
const NOT_JSON = 'it is not JSON';
const NO_FORMAT = 'it has no format';
const ANOTHER = 'it is a copy of another version';
const MALFORMED = 'a part of it is missing or malformed';
const NO_BLOCK = 'a block of its reservations is malformed';
const TORN_BLOCK = 'a block of its reservations is not JSON';

/** Each is passed over with this reason: the version before it is the state. */
const DAMAGES: Record<string, readonly [reason: string, damage: Damage]> = {
  'torn after one byte': [NOT_JSON, (text) => text.slice(0, 1)],
  'torn in its head': [NOT_JSON, (text) => text.slice(0, 20)],
  'torn in the middle': [NOT_JSON, (text) => text.slice(0, text.length / 2)],
  'torn before its last brace': [NOT_JSON, (text) => text.slice(0, -2)],
  'torn at its beginning': [NOT_JSON, (text) => text.slice(100)],
  'with a block of zeros in it': [NOT_JSON, (text) => text.replace(/"history".*\n/, '\0'.repeat(512))],
  empty: [EMPTY, () => ''],
  'nothing but blanks': [EMPTY, () => '\n \n'],
  'filled with zeros': [NOT_JSON, (text) => Buffer.alloc(text.length)],
  'filled with noise': [NOT_JSON, (text) => Buffer.from(text).map((byte, index) => byte ^ (index * 37))],
  'two documents in one': [TORN_BLOCK, (text, previous) => text + previous],
  'with the rest of a longer one behind it': [TORN_BLOCK, (text) => `${text}"}\n]\n}\n`],
  'somebody’s notes': [NOT_JSON, () => 'do not touch\n'],
  'JSON null': [NO_FORMAT, () => 'null'],
  'a JSON list': [NO_FORMAT, () => '[]'],
  'a JSON number': [NO_FORMAT, () => '1'],
  'an empty JSON object': [NO_FORMAT, () => '{}'],
  'a network configuration': [NO_FORMAT, () => '{"cniVersion":"1.0.0","name":"pods"}'],
  'of a format that is text': [NO_FORMAT, rewritten((document) => ({ ...document, format: '1' }))],
  'a copy of the version before it': [ANOTHER, (_, previous) => previous],
  'without its version': [ANOTHER, without('version')],
  'without its history': [MALFORMED, without('history')],
  'without its cursors': [MALFORMED, without('cursors')],
  'without its networks': [MALFORMED, without('networks')],
  'without its marks': [MALFORMED, without('marks')],
  'without its reservations': [MALFORMED, without('reservations')],
  'with reservations by name': [MALFORMED, rewritten((document) => ({ ...document, reservations: {} }))],
  'with a block that is null': [NO_BLOCK, withBlock(null)],
  'with a block without what is common': [NO_BLOCK, withBlock({ each: [] })],
  'with a block without reservations': [NO_BLOCK, withBlock({ all: {} })],
  'with a reservation that is null': [NO_BLOCK, withBlock({ all: {}, each: [null] })],
  'with a block that ends before its brace': [TORN_BLOCK, (text) => text.replace(']}\n]', ']\n]')],
  'with a block that has no end': [TORN_BLOCK, (text) => text.replace('}]}\n]', '}\n]')],
  'with a line that is gone but for its comma': [
    TORN_BLOCK,
    (text) => text.replace(/\n\{"container.*/, '\n,'),
  ],
  'with a line that is torn': [TORN_BLOCK, (text) => text.replace(/"since":.*/, '"si')],
  'with a block of zeros in a line': [TORN_BLOCK, (text) => text.replace(/"since":.*/, '\0'.repeat(512))],
  'with a reservation without an address': [NO_BLOCK, withReservation({ address: undefined })],
  'with a reservation of a numeric container': [NO_BLOCK, withReservation({ container: 1 })],
  'with a reservation since yesterday': [NO_BLOCK, withReservation({ since: 'yesterday' })],
  'with a mark without an end': [
    MALFORMED,
    rewritten((document) => ({
      ...document,
      marks: [{ scope: 's', address: '10.10.0.1', reason: 'foreign' }],
    })),
  ],
  'with a network without ranges': [
    MALFORMED,
    rewritten((document) => ({ ...document, networks: { pods: { eni: { id: 'eni-1', region: 'r' } } } })),
  ],
  'with a numeric cursor': [MALFORMED, rewritten((document) => ({ ...document, cursors: { 'pods/0': 3 } }))],
};

for (const [name, [reason, damage]] of Object.entries(DAMAGES)) {
  test(`a latest version ${name}: the one before it is the state, and the node goes on`, async () => {
    using place = await Place.with(3);
    place.write(fileOf(3), damage(place.text(fileOf(3)), place.text(fileOf(2))));
    assert.deepEqual(place.addresses(), ['10.10.0.1', '10.10.0.2']);
    assert.deepEqual(place.warnings(), [{ file: fileOf(3), reason }]);

    await place.store().transact(adds('10.10.0.4'));
    assert.deepEqual(place.addresses(), ['10.10.0.1', '10.10.0.2', '10.10.0.4']);
    assert.deepEqual(place.files(), [2, 3, 4].map(fileOf), 'it goes the way of all old versions');
  });
}

test('two damaged versions: the one before them is the state', async () => {
  using place = await Place.with(3);
  place.write(fileOf(3), '');
  place.write(fileOf(2), '{');
  assert.deepEqual(place.addresses(), ['10.10.0.1']);
  assert.deepEqual(
    place.warnings().map(({ file }) => file),
    [fileOf(3), fileOf(2)],
  );
});

test('nothing but damaged versions: the node starts over, and says so', async () => {
  using place = await Place.with(3);
  for (const version of [1, 2, 3]) place.write(fileOf(version), '');
  assert.deepEqual(place.addresses(), []);
  assert.equal(place.warnings().length, 3);
  await place.store().transact(adds('10.10.0.4'));
  assert.deepEqual(place.addresses(), ['10.10.0.4']);
  assert.ok(place.files().includes(fileOf(4)), 'behind the damaged ones');
});

test('a damaged version that is not the latest is never read', async () => {
  using place = await Place.with(3);
  place.write(fileOf(2), '');
  assert.equal(place.addresses().length, 3);
  assert.deepEqual(place.warnings(), []);
});

test('damage is told once to each process, not once for each look', async () => {
  using place = await Place.with(2);
  place.write(fileOf(3), '');
  const store = place.store();
  await store.transact(adds('10.10.0.4'));
  for (let look = 0; look < 3; look++) store.read();
  assert.equal(place.warnings().length, 1);
});

for (const [title, age, format] of [
  ['a version of a newer format: refused with a clear message, and nothing is written', 'a newer', 99],
  ['a version of an older format: refused with a clear message, and nothing is written', 'an older', 1],
] as const) {
  test(title, async () => {
    using place = await Place.with(3);
    const other = place.text(fileOf(3)).replace(/"format": \d+/, `"format": ${format}`);
    place.write(fileOf(3), other);
    const refusal = {
      kind: 'io',
      message:
        `cannot use the state in ${place.directory}: state.3.json has format ${format}, ` +
        `written by ${age} eni-local; install that version again`,
    };
    assert.throws(() => place.store().read(), refusal);
    await assert.rejects(place.store().transact(adds('10.10.0.4')), refusal);
    assert.deepEqual(place.files(), [1, 2, 3].map(fileOf));
    assert.equal(place.text(fileOf(3)), other);
  });
}

test('a version of a newer format that an older program has gone past: it counts no more', async () => {
  using place = await Place.with(3);
  place.write(fileOf(2), place.text(fileOf(2)).replace(/"format": \d+/, '"format": 99'));
  assert.equal(place.addresses().length, 3);
});

test('what a killed process leaves: a temporary file, whole or not, is no version', async () => {
  using place = await Place.with(2);
  place.write('.state.abc.tmp', place.text(fileOf(2)).replace('"version": 2', '"version": 3'));
  place.write('.state.def.tmp', place.text(fileOf(2)).slice(0, 50));
  assert.equal(place.addresses().length, 2);
  assert.equal(readdirSync(join(place.directory)).length, 4);
});
