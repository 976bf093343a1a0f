/** Spans of addresses: how they are written, and how two of them lie to each other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatAddress } from '../../src/net/address.ts';
import {
  contains,
  encloses,
  formatBlock,
  intersect,
  overlaps,
  parseSpan,
  type Span,
} from '../../src/net/span.ts';
import { arbitraryAddress } from './arbitrary.ts';
import { address, span } from './literals.ts';

const spans: [text: string, first: string, last: string][] = [
  ['10.1.2.3', '10.1.2.3', '10.1.2.3'],
  ['10.1.2.3-10.1.2.9', '10.1.2.3', '10.1.2.9'],
  [' 10.1.2.3 - 10.1.2.9 ', '10.1.2.3', '10.1.2.9'],
  ['10.1.2.3-10.1.2.3', '10.1.2.3', '10.1.2.3'],
  ['10.1.2.8/30', '10.1.2.8', '10.1.2.11'],
  ['10.1.2.9/30', '10.1.2.8', '10.1.2.11'],
  ['2001:db8::1-2001:db8::f', '2001:db8::1', '2001:db8::f'],
];
for (const [text, first, last] of spans) {
  test(`parseSpan() reads "${text}"`, () => {
    const { first: from, last: to } = span(text);
    assert.deepEqual([formatAddress(from), formatAddress(to)], [first, last]);
  });
}

const noSpans = ['', '-', '10.1.2.3-', '-10.1.2.3', '10.1.2.9-10.1.2.3', '10.1.2.3-::1', '10.1.2.0/33'];
for (const text of [...noSpans, '10.1.2.1-10.1.2.2-10.1.2.3', '10.1.2.1-2', '10.1.2.0/24-10.1.3.0/24']) {
  test(`parseSpan() finds no span in "${text}"`, () => {
    assert.equal(parseSpan(text), undefined);
  });
}

// host-local's range_test.go, "overlap".
const pairs: [title: string, a: string, b: string, overlap: boolean][] = [
  ['different subnets', '10.0.1.1-10.0.1.254', '10.0.2.1-10.0.2.254', false],
  ['different families', '0.0.0.1-0.0.0.9', '::1-::9', false],
  ['identical', '10.0.1.1-10.0.1.254', '10.0.1.1-10.0.1.254', true],
  ['one in the other', '10.0.1.1-10.0.1.254', '10.0.1.5-10.0.1.6', true],
  ['same subnet, apart', '10.0.1.2-10.0.1.10', '10.0.1.11-10.0.1.20', false],
  ['same subnet, one address shared', '10.0.1.2-10.0.1.10', '10.0.1.10-10.0.1.20', true],
];
for (const [title, one, other, expected] of pairs) {
  test(`overlaps() is ${expected} for spans that are ${title}`, () => {
    assert.equal(overlaps(span(one), span(other)), expected);
    assert.equal(overlaps(span(other), span(one)), expected);
  });
}

test('contains() has the edges inside and the neighbours outside', () => {
  const few = span('10.1.2.3-10.1.2.9');
  const inside = ['10.1.2.2', '10.1.2.3', '10.1.2.9', '10.1.2.10', '::a01:203'].map((text) => {
    return contains(few, address(text));
  });
  assert.deepEqual(inside, [false, true, true, false, false]);
});

const arbitrarySpan: fc.Arbitrary<Span> = fc
  .tuple(arbitraryAddress, arbitraryAddress)
  .filter(([a, b]) => a.family === b.family)
  .map(([a, b]) => (a.value <= b.value ? { first: a, last: b } : { first: b, last: a }));

const insides: [inner: string, expected: boolean][] = [
  ['10.1.2.3-10.1.2.9', true],
  ['10.1.2.4-10.1.2.8', true],
  ['10.1.2.2-10.1.2.9', false],
  ['10.1.2.3-10.1.2.10', false],
  ['10.1.2.0/24', false],
  ['::a01:204', false],
];
for (const [inner, expected] of insides) {
  test(`encloses() is ${expected} for ${inner} inside 10.1.2.3-10.1.2.9`, () => {
    assert.equal(encloses(span('10.1.2.3-10.1.2.9'), span(inner)), expected);
  });
}

test('overlaps() means that the later first address is in both', () => {
  fc.assert(
    fc.property(arbitrarySpan, arbitrarySpan, (a, b) => {
      const later = a.first.value > b.first.value ? a.first : b.first;
      const shared = a.first.family === b.first.family && contains(a, later) && contains(b, later);
      assert.equal(overlaps(a, b), shared);
    }),
  );
});

test('intersect() is what both spans have', () => {
  const both = (a: string, b: string) => intersect(span(a), span(b));
  assert.deepEqual(both('10.1.2.0-10.1.2.9', '10.1.2.5-10.1.2.20'), span('10.1.2.5-10.1.2.9'));
  assert.deepEqual(both('10.1.2.5', '10.1.2.0/24'), span('10.1.2.5'));
  assert.equal(both('10.1.2.5', '10.1.2.6'), undefined);
});

for (const text of ['10.1.2.3', '10.1.2.16/28', '0.0.0.0/0', '2001:db8::1', '2001:db8:0:0:1::/80', '::/0']) {
  test(`formatBlock() writes ${text} as it was read`, () => {
    assert.equal(formatBlock(span(text)), text);
  });
}
