/** Blocks of reservations on disk: read as they were printed, and printed as they were read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Block, Reservation } from '../../src/model.ts';
import { inBlocks } from '../../src/reservations.ts';
import { printBlock, writtenBlock } from '../../src/store/reservation-blocks.ts';
import { onEni, pod, reservation } from '../allocator/claims.ts';

const print = (reservations: readonly Reservation[]): string =>
  Buffer.concat(inBlocks(reservations).map(printBlock)).toString();

const read = (text: string): Block => writtenBlock(Buffer.from(text));

const many = (count: number): readonly Reservation[] =>
  Array.from({ length: count }, (_, index) => reservation(`c${index}`, `10.10.0.${index}`));

test('a block that was read is printed as it was written, also when somebody has looked into it', () => {
  const text = print(many(2)).replace('{"container"', '{ "container"');
  const block = read(text);
  assert.equal(printBlock(block).toString(), text);
  assert.deepEqual(block.read(), many(2));
  assert.equal(printBlock(block).toString(), text);
  assert.equal(block.read()[0], block.read()[0], 'a reservation is one and the same');
});

test('a line holds what tells a reservation from its neighbours, also when families take turns', () => {
  const pairs = many(20).flatMap((one, index) => [
    onEni(one.container, one.address),
    { ...onEni(one.container, `2001:db8::${index}`), set: 1, length: 64, gateway: '2001:db8::1' },
  ]);
  const { all, each } = JSON.parse(print(pairs)) as { all: object; each: readonly object[] };
  const fields = (of: object | undefined): readonly string[] => Object.keys(of ?? {}).toSorted();
  assert.deepEqual(fields(all), ['boot', 'cooldown', 'eni', 'interface', 'network', 'state']);
  assert.deepEqual(fields(each[0]), ['address', 'container', 'gateway', 'length', 'set', 'since']);
  assert.deepEqual(read(print(pairs)).read(), pairs);
});

test('a block with a line that lacks what every reader rests on cannot be read', () => {
  const { all, each } = JSON.parse(print(many(2))) as { all: object; each: readonly object[] };
  const readLines = (lines: readonly object[]) => read(JSON.stringify({ all, each: lines })).read();
  const needed = ['network', 'container', 'interface', 'address', 'gateway', 'state', 'since'];
  for (const field of needed) {
    const damaged = each.with(1, { ...each[1], [field]: null });
    assert.throws(() => readLines(damaged), { kind: 'io', message: /malformed/ }, field);
  }
  assert.throws(() => read(print(many(2)).slice(0, -1)).read(), { kind: 'io', message: /not JSON/ });
  assert.equal(readLines(each).length, 2);
});

/** The texts that are the value of a field of these, however deep. */
const textsIn = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsIn)
      : [];

const arbitraryText = fc.string({ unit: 'binary', maxLength: 12 });

test('mayMention() is true of every text of a field, whatever its characters, and false of what is nowhere', () => {
  const arbitrary = fc.record({ container: arbitraryText, uid: arbitraryText, name: arbitraryText });
  fc.assert(
    fc.property(fc.array(arbitrary, { minLength: 1, maxLength: 5 }), (all) => {
      const reservations = all.map(({ container, uid, name }, index) => ({
        ...onEni(container, `10.10.0.${index}`),
        pod: { ...pod(uid), name },
      }));
      const block: Block = read(print(reservations));
      for (const text of textsIn(reservations)) assert.ok(block.mayMention(text), text);
      assert.ok(!block.mayMention('10.10.0.99'));
    }),
  );
});
