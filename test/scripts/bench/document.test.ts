/** That results go where they belong, and docs/performance.md has a place for each of them. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BENCHES } from '../../../scripts/bench/benches.ts';
import { pictures, replaceBlock, writeResults } from '../../../scripts/bench/document.ts';
import { repositoryFile } from '../../../scripts/bench/programs.ts';

const BEGIN = '<!-- npm run bench -- cold: -->';
const END = '<!-- end of cold -->';

test('replaceBlock() replaces what is between the marks, and nothing else, as often as one likes', () => {
  const page = `before\n\n${BEGIN}\n${END}\n\nafter\n`;
  const once = replaceBlock(page, 'cold', 'one\n');
  assert.equal(once, `before\n\n${BEGIN}\n\none\n\n${END}\n\nafter\n`);
  assert.equal(replaceBlock(once, 'cold', 'two'), once.replace('one', 'two'));
});

for (const [what, page] of Object.entries({
  'no marks': 'text',
  'no end': `${BEGIN} text`,
  'the end first': `${END} ${BEGIN}`,
  'two beginnings': `${BEGIN}${END}${BEGIN}${END}`,
  'two ends': `${BEGIN}${END}${END}`,
})) {
  test(`replaceBlock() refuses a page with ${what}`, () => {
    assert.throws(() => replaceBlock(page, 'cold', 'block'), /There must be one/);
  });
}

test('writeResults() writes the block and the plots that it shows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'eni-local-docs-'));
  try {
    writeFileSync(join(folder, 'performance.md'), `${BEGIN}${END}`);
    const plots = { cold: '<svg/>' };
    writeResults(folder, 'cold', pictures('One call', plots), plots);
    assert.match(readFileSync(join(folder, 'performance.md'), 'utf8'), /!\[One call\]\(plots\/cold\.svg\)/);
    assert.equal(readFileSync(join(folder, 'plots', 'cold.svg'), 'utf8'), '<svg/>');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('docs/performance.md has a place for every bench, and every plot that it shows', () => {
  const page = readFileSync(repositoryFile('docs/performance.md'), 'utf8');
  for (const name of Object.keys(BENCHES)) assert.notEqual(replaceBlock(page, name, 'other'), page);
  const shown = [...page.matchAll(/\]\((plots\/[^)]+)\)/g)].map(([, file = '']) => file);
  assert.equal(shown.length, Object.keys(BENCHES).length);
  assert.deepEqual(
    shown.filter((file) => !existsSync(repositoryFile(`docs/${file}`))),
    [],
  );
});
