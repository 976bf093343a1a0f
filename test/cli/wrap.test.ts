/** Sentences for a terminal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { WIDTH } from '../../src/cli/table.ts';
import { wrap } from '../../src/cli/wrap.ts';

test('wrap() leaves a short sentence on its line', () => {
  assert.equal(wrap('all is well', '! ', '    '), '! all is well\n');
});

test('wrap() breaks between words, indents what follows, and loses nothing', () => {
  const word = fc.string({ minLength: 1, maxLength: 60, unit: fc.constantFrom('a', 'b', '/') });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
      const lines = wrap(words.join(' '), '! ', '    ').trimEnd().split('\n');
      for (const line of lines) assert.ok(line.length <= WIDTH, line);
      for (const line of lines.slice(1)) assert.match(line, /^ {4}\S/);
      const read = lines.map((line, place) => line.slice(place === 0 ? 2 : 4)).join(' ');
      assert.equal(read, words.join(' '));
    }),
  );
});

test('wrap() does not break a word, however long', () => {
  const word = 'x'.repeat(150);
  assert.equal(wrap(`see ${word} there`, '', '  '), `see\n  ${word}\n  there\n`);
});
