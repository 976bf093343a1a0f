/** Answers that come in pages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allPages } from '../../src/eni/pages.ts';

test('allPages() asks on from page to page, past short and empty ones, until there is no token', async () => {
  const pages = [
    { items: [1], NextToken: 'a' },
    { items: [], NextToken: 'b' },
    { items: [2, 3], NextToken: undefined },
  ];
  const asked: unknown[] = [];
  const found = await allPages(async (from) => {
    asked.push(from);
    return pages[asked.length - 1] ?? { items: [4], NextToken: undefined };
  });
  assert.deepEqual(found, pages);
  assert.deepEqual(asked, [{}, { NextToken: 'a' }, { NextToken: 'b' }]);
});

test('allPages() takes an empty token for none', async () => {
  const found = await allPages(async () => ({ items: [1], NextToken: '' }));
  assert.equal(found.length, 1);
});
