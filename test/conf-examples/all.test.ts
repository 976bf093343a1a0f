/** The folder as a whole: each example says what it is for, is listed, and is run by a test. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FILES, read } from './examples.ts';

const EXAMPLES = FILES.filter((file) => file !== 'README.md');
const LIST = read('README.md');

/** What JSON cannot say by itself, and the list says for it. */
const hasNoComments = (file: string): boolean => /\.(json|conflist)$/.test(file);

test('each example opens with three lines on what it is for', () => {
  for (const file of EXAMPLES.filter((name) => !hasNoComments(name))) {
    const opening = /^(#!.*\n)?(# .*\n){3,}/;
    assert.match(read(file), opening, file);
  }
});

test('the list or a page of docs/ has every example, and JSON with the three lines that it cannot have', () => {
  const listed = [...LIST.matchAll(/^### `(.+)`$/gm)].map(([, file = '']) => file);
  assert.deepEqual(listed.toSorted(), EXAMPLES.filter(hasNoComments).toSorted());
  for (const file of listed) {
    const [, body = ''] = LIST.split(`### \`${file}\`\n\n`);
    const [paragraph = ''] = body.split('\n\n');
    assert.ok(paragraph.trim().split('\n').length >= 3, file);
  }
  const docs = fileURLToPath(new URL('../../docs', import.meta.url));
  const pages = readdirSync(docs).filter((name) => name.endsWith('.md'));
  const texts = pages.map((name) => readFileSync(join(docs, name), 'utf8'));
  for (const file of EXAMPLES) {
    const isLinked =
      LIST.includes(`](${file})`) || texts.some((text) => text.includes(`](../conf-examples/${file})`));
    assert.ok(isLinked || listed.includes(file), file);
  }
});

test('each example is named in a test that runs it', () => {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.startsWith('conf-examples') && path.endsWith('.test.ts'))
    .filter((path) => path !== 'conf-examples/all.test.ts')
    .map((path) => readFileSync(join(folder, path), 'utf8'));
  for (const file of EXAMPLES) {
    assert.ok(
      tests.some((text) => text.includes(file)),
      `no test runs ${file}`,
    );
  }
});

test('networks for pods on AWS name few interfaces, so that few lines are to be changed', () => {
  const definitions = EXAMPLES.map(read).filter((text) => /kind: NetworkAttachmentDefinition/.test(text));
  assert.ok(definitions.length > 8);
  const masters = definitions.flatMap((text) =>
    [...text.matchAll(/"master": "(.*?)"/g)].map(([, name]) => name),
  );
  assert.ok(masters.length >= definitions.length);
  assert.deepEqual(
    masters.filter((name) => name !== 'ens6' && name !== 'ens7'),
    [],
  );
});
