/** Reservations in blocks: all of them, in their order, and no block is read in vain. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Block, Reservation, Reservations } from '../src/model.ts';
import { everyOf, inBlocks, mentioning, replaceEach, withMore } from '../src/reservations.ts';
import { printBlock, writtenBlock } from '../src/store/reservation-blocks.ts';
import { reservation } from './allocator/claims.ts';

const MOST = 64;

const many = (count: number): readonly Reservation[] =>
  Array.from({ length: count }, (_, index) => reservation(`c${index}`, `10.10.${index >> 8}.${index & 255}`));

/** Blocks as another process finds them, and the places of those that it reads. */
function onDisk(blocks: Reservations) {
  const read = new Set<number>();
  const watched = blocks.map(printBlock).map((text, index): Block => {
    const block = writtenBlock(text);
    const look = (): readonly Reservation[] => {
      read.add(index);
      return block.read();
    };
    return { read: look, mayMention: (value) => block.mayMention(value) };
  });
  return { blocks: watched, read: () => [...read] };
}

test('mentioning() reads the blocks alone that have the text', () => {
  const { blocks, read } = onDisk(inBlocks(many(10 * MOST)));
  assert.deepEqual(mentioning(blocks, 'c9999'), []);
  const found = mentioning(blocks, 'c100');
  assert.ok(found.some(({ container }) => container === 'c100'));
  assert.deepEqual(read(), [1]);
});

test('mentioning() of several texts has what has any of them', () => {
  const { blocks, read } = onDisk(inBlocks(many(10 * MOST)));
  const found = new Set(mentioning(blocks, '10.10.0.7', 'c639').map(({ container }) => container));
  assert.ok(found.has('c7') && found.has('c639'));
  assert.deepEqual(read(), [0, 9]);
  const each = many(10 * MOST).map(({ container }) => container);
  assert.equal(mentioning(blocks, ...each).length, 10 * MOST);
});

test('replaceEach() with a text reads no other blocks, and leaves them what they are', () => {
  const { blocks, read } = onDisk(inBlocks(many(10 * MOST)));
  const next = replaceEach(blocks, (one) => (one.container === 'c100' ? undefined : one), 'c100');
  assert.deepEqual(read(), [1]);
  assert.deepEqual(
    next.map((block, index) => block === blocks[index]),
    blocks.map((_, index) => index !== 1),
  );
  assert.deepEqual(everyOf(next), many(10 * MOST).toSpliced(100, 1));
});

test('replaceEach() that changes nothing answers the very same', () => {
  const blocks = inBlocks(many(3 * MOST));
  assert.equal(
    replaceEach(blocks, (one) => one),
    blocks,
  );
  assert.equal(
    replaceEach(blocks, () => undefined, 'nobody').length,
    0,
    'blocks in memory are not searched: they may have anything',
  );
  const { blocks: written } = onDisk(blocks);
  assert.equal(
    replaceEach(written, () => undefined, 'nobody'),
    written,
  );
});

test('withMore() fills the last block before it begins another one', () => {
  const { blocks, read } = onDisk(inBlocks(many(2 * MOST + 1)));
  const next = withMore(blocks, [reservation('new', '10.10.9.9')]);
  assert.deepEqual([next.length, read()], [3, [2]]);
  assert.equal(withMore(inBlocks(many(2 * MOST)), [reservation('new', '10.10.9.9')]).length, 3);
  assert.deepEqual(everyOf(withMore([], many(150))), many(150));
});

test('a block that somebody has made too large is cut when it changes', () => {
  const [whole] = onDisk([{ read: () => many(200), mayMention: () => true }]).blocks;
  assert.ok(whole);
  const sizes = (blocks: Reservations) => blocks.map((block) => block.read().length);
  const next = replaceEach([whole], (one) => (one.container === 'c0' ? undefined : one));
  assert.deepEqual(sizes(next), [50, 50, 50, 49]);
  assert.deepEqual(sizes(withMore([whole], many(1))), [64, 64, 64, 9]);
});

/** What happens to the reservation at a place of the list, as a share of its length. */
const arbitraryChange = fc.record({
  what: fc.constantFrom('come', 'go', 'change'),
  where: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  count: fc.integer({ min: 1, max: 90 }),
});

test('whatever comes, goes and changes: all are there in their order, and blocks do not crumble', () => {
  fc.assert(
    fc.property(fc.array(arbitraryChange, { maxLength: 30 }), (changes) => {
      let blocks: Reservations = [];
      let expected: readonly Reservation[] = [];
      for (const { what, where, count } of changes) {
        const at = Math.floor(where * expected.length);
        const doomed = new Set(expected.slice(at, at + count));
        if (what === 'come') {
          blocks = withMore(blocks, many(count));
        } else {
          const fate = (one: Reservation) => (what === 'go' ? undefined : { ...one, lost: true as const });
          blocks = replaceEach(blocks, (one) => (doomed.has(one) ? fate(one) : one));
        }
        const changed = (one: Reservation) => (doomed.has(one) ? { ...one, lost: true } : one);
        const next =
          what === 'come'
            ? [...expected, ...many(count)]
            : what === 'go'
              ? expected.filter((one) => !doomed.has(one))
              : expected.map(changed);
        assert.deepEqual(everyOf(blocks), next);
        assert.ok(blocks.every((block) => block.read().length <= MOST));
        assert.ok(blocks.slice(0, -1).every((block) => block.read().length >= MOST / 2));
        blocks = onDisk(blocks).blocks;
        expected = everyOf(blocks);
      }
    }),
    { numRuns: 50 },
  );
});
