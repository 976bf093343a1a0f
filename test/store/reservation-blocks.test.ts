/** Reservations in blocks: all of them, in their order, and what has not changed as it was read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Reservation } from '../../src/model.ts';
import { type Block, intoBlocks, readBlock } from '../../src/store/reservation-blocks.ts';
import { onEni, reservation } from '../allocator/claims.ts';

const MOST = 64;

/** As another process reads it. */
function readAgain(blocks: readonly Block[]): readonly Block[] {
  return blocks.map(({ text }) => {
    const block = readBlock(text);
    assert.ok(block);
    return block;
  });
}

const reservationsIn = (blocks: readonly Block[]): readonly Reservation[] =>
  blocks.flatMap((block) => block.reservations);

const many = (count: number): readonly Reservation[] =>
  Array.from({ length: count }, (_, index) => reservation(`c${index}`, `10.10.${index >> 8}.${index & 255}`));

/** A block as somebody has touched it: it says the same in other characters. */
const touched = ({ text }: Block): string => text.replace('{"container"', '{ "container"');

test('a commit prints blocks in which nothing has changed as they were read', () => {
  const written = intoBlocks(many(10 * MOST), []);
  const read = written.map((block) => readBlock(touched(block))).filter((block) => block !== undefined);
  const reservations = reservationsIn(read);
  const changes: Record<string, readonly [next: readonly Reservation[], changed: number]> = {
    nothing: [reservations, 0],
    'one more': [[...reservations, reservation('new', '10.10.9.9')], 1],
    'one less': [reservations.toSpliced(100, 1), 1],
    'another one': [reservations.with(100, reservation('new', '10.10.9.9')), 1],
    'one more in between': [reservations.toSpliced(MOST, 0, reservation('new', '10.10.9.9')), 1],
    'the first one gone': [reservations.slice(1), 1],
  };
  for (const [what, [next, changed]] of Object.entries(changes)) {
    const blocks = intoBlocks(next, read);
    const texts = new Set(read.map(({ text }) => text));
    assert.deepEqual(reservationsIn(readAgain(blocks)), next, what);
    assert.equal(blocks.filter(({ text }) => !texts.has(text)).length, changed, what);
    if (what === 'one less')
      assert.ok(
        intoBlocks(next, blocks).every((block) => blocks.includes(block)),
        what,
      );
  }
});

test('a line holds what tells a reservation from its neighbours, also when families take turns', () => {
  const pairs = many(20).flatMap((one, index) => [
    onEni(one.container, one.address),
    { ...onEni(one.container, `2001:db8::${index}`), set: 1, length: 64, gateway: '2001:db8::1' },
  ]);
  const [block] = intoBlocks(pairs, []);
  const { all, each } = JSON.parse(block?.text ?? '') as { all: object; each: readonly object[] };
  const fields = (of: object | undefined): readonly string[] => Object.keys(of ?? {}).toSorted();
  assert.deepEqual(fields(all), ['boot', 'cooldown', 'eni', 'interface', 'network', 'state']);
  assert.deepEqual(fields(each[0]), ['address', 'container', 'gateway', 'length', 'set', 'since']);
  assert.deepEqual(readBlock(block?.text ?? '')?.reservations, pairs);
});

test('a block with a line that lacks what every reader rests on is none', () => {
  const [block] = intoBlocks(many(2), []);
  const { all, each } = JSON.parse(block?.text ?? '') as { all: object; each: readonly object[] };
  const needed = ['network', 'container', 'interface', 'address', 'gateway', 'state', 'since'];
  for (const field of needed) {
    const damaged = each.with(1, { ...each[1], [field]: null });
    assert.equal(readBlock(JSON.stringify({ all, each: damaged })), undefined, field);
  }
  assert.ok(readBlock(JSON.stringify({ all, each })));
});

/** What happens to the reservation at a place of the list, as a share of its length. */
const arbitraryChange = fc.record({
  what: fc.constantFrom('come', 'go', 'change'),
  where: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  count: fc.integer({ min: 1, max: 90 }),
});

function changeOf(
  list: readonly Reservation[],
  { what, where, count }: { what: string; where: number; count: number },
) {
  const at = Math.floor(where * list.length);
  if (what === 'come') return [...list, ...many(count)];
  if (what === 'go') return list.toSpliced(at, count);
  return list.map((one, index) => (index === at ? { ...one, state: 'releasing' as const } : one));
}

test('whatever comes, goes and changes: all are there in their order, and blocks do not crumble', () => {
  fc.assert(
    fc.property(fc.array(arbitraryChange, { maxLength: 30 }), (changes) => {
      let blocks: readonly Block[] = [];
      for (const change of changes) {
        const expected = changeOf(reservationsIn(blocks), change);
        blocks = readAgain(intoBlocks(expected, blocks));
        assert.deepEqual(reservationsIn(blocks), expected);
        assert.ok(blocks.every((block) => block.reservations.length <= MOST));
        assert.ok(blocks.length <= (4 * expected.length) / MOST + 1, 'half of them are half full');
      }
    }),
    { numRuns: 50 },
  );
});
