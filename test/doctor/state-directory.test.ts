/** Whether the state directory can be used, and what is in it. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Finding } from '../../src/doctor/finding.ts';
import { checkStateDirectory } from '../../src/doctor/state-directory.ts';
import { EMPTY, printDocument, successor } from '../../src/store/document.ts';
import { FakeWorld } from '../eni/fake-world.ts';

const root = mkdtempSync(join(tmpdir(), 'eni-local-doctor-'));
after(() => rmSync(root, { recursive: true }));

let made = 0;
function makeDirectory(files: Readonly<Record<string, string>> = {}): string {
  const directory = join(root, `state-${made++}`);
  mkdirSync(directory, { mode: 0o700 });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

/** Where temporary files are in memory, so would every state directory here be. */
const check = (directory: string): readonly Finding[] =>
  checkStateDirectory(directory, new FakeWorld()).filter(({ message }) => !message.includes('is in memory'));

const brief = (found: readonly Finding[]): readonly string[] =>
  found.map(({ verdict, message }) => `${verdict} ${message.replaceAll(root, '')}`);

const version = (number: number): string =>
  printDocument(successor({ ...EMPTY, version: number - 1 }, number, 'id', EMPTY.state)).toString();

test('an empty one is fine, and is left as it was', () => {
  const directory = makeDirectory();
  assert.match(brief(check(directory)).join('\n'), /^ok \S+: nothing on record yet$/);
  assert.deepEqual(readdirSync(directory), []);
});

test('one that is not there is made by the first ADD, if its parent lets it', () => {
  const absent = join(root, 'a', 'b', 'c');
  assert.deepEqual(brief(check(absent)), ['ok /a/b/c is not there yet; the first ADD makes it']);
  assert.equal(readdirSync(root).includes('a'), false, 'doctor makes nothing');
  const file = join(makeDirectory({ file: '' }), 'file');
  const [found] = check(join(file, 'state'));
  assert.equal(found?.verdict, 'problem');
  assert.match(found.message, /cannot be made: \S+file is not a directory$/);
});

test('what cannot be written to is a problem, and the reason is told', () => {
  const [found, ...more] = check('/proc/self');
  assert.deepEqual([found?.verdict, more], ['problem', []]);
  assert.match(found?.message ?? '', /cannot write to \/proc\/self: /);
});

test('one that a reboot empties is told', () => {
  const directory = mkdtempSync('/dev/shm/eni-local-doctor-');
  try {
    const found = checkStateDirectory(directory, new FakeWorld());
    assert.deepEqual(
      found.map(({ verdict }) => verdict),
      ['warning', 'ok'],
    );
    assert.match(found[0]?.message ?? '', /is in memory/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('one that others may enter is told with its mode', () => {
  const directory = makeDirectory();
  chmodSync(directory, 0o710);
  assert.match(brief(check(directory))[0] ?? '', /^warning .*mode is 0710$/);
});

test('the latest version that can be read counts, and damaged ones before it are told', () => {
  const directory = makeDirectory({
    'state.7.json': version(7),
    'state.8.json': version(8),
    'state.9.json': '',
    'state.10.json': version(8),
    'state.011.json': 'not one of ours',
  });
  symlinkSync('nowhere', join(directory, 'state.11.json'));
  const found = check(directory);
  assert.deepEqual(
    found.map(({ verdict, message }) => `${verdict} ${message.replaceAll(directory, 'DIR')}`),
    [
      'warning state.10.json is damaged: it is a copy of another version',
      'warning state.9.json is damaged: it is empty',
      'ok DIR, version 8: 0 addresses on record',
    ],
  );
});

test('one that has nothing but damaged versions has nothing on record', () => {
  const found = check(makeDirectory({ 'state.1.json': '{' }));
  assert.deepEqual(
    found.map(({ verdict }) => verdict),
    ['warning', 'ok'],
  );
});

test('a newer format is a problem, since no ADD reads past it', () => {
  const found = check(makeDirectory({ 'state.1.json': version(1), 'state.2.json': '{"format": 99}' }));
  assert.deepEqual(
    found.map(({ verdict }) => verdict),
    ['problem'],
  );
});
