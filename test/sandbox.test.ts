/** Sandboxes: what proves that one is gone, and what does not. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import type { Sandbox } from '../src/model.ts';
import { isGone, observeSandbox } from '../src/sandbox.ts';
import { reservation } from './allocator/claims.ts';

const directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
after(() => rmSync(directory, { recursive: true }));
const folder = join(directory, 'netns');
const path = join(folder, 'c1');

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  writeFileSync(path, '');
});

/** The sandbox as ADD sees it. */
function observed(): Sandbox {
  const sandbox = observeSandbox(path);
  assert.ok(sandbox);
  return sandbox;
}

const isGoneNow = (sandbox: Sandbox | undefined, boot = 'boot-1', currentBoot = 'boot-1'): boolean =>
  isGone(reservation('c1', '10.10.0.80', { boot, ...sandbox }), currentBoot);

test('observeSandbox() knows the namespace by its path and the identity of its folder', () => {
  assert.equal(join(observed().folder.path, observed().netns), path);
  assert.deepEqual(observed().folder, observeSandbox(path)?.folder);
});

for (const unseen of ['', join(folder, 'absent'), '/absent/c1']) {
  test(`observeSandbox() sees nothing at "${unseen.replace(directory, '…')}"`, () => {
    assert.equal(observeSandbox(unseen), undefined);
  });
}

test('isGone() is false while the namespace is there', () => {
  assert.equal(isGoneNow(observed()), false);
});

test('isGone() is true once the namespace is gone from the folder in which ADD saw it', () => {
  const sandbox = observed();
  unlinkSync(path);
  assert.equal(isGoneNow(sandbox), true);
});

test('isGone() is false when the folder is another one of that name, as in another mount namespace', () => {
  const sandbox = observed();
  // Both exist at once, so that no file system gives the second one the inode of the first.
  mkdirSync(join(directory, 'mounted'));
  const elsewhere = { ...sandbox, folder: { ...sandbox.folder, path: join(directory, 'mounted') } };
  assert.equal(isGoneNow(elsewhere), false);
});

test('isGone() is false when the folder is not to be seen at all', () => {
  const sandbox = observed();
  rmSync(folder, { recursive: true });
  assert.equal(isGoneNow(sandbox), false);
});

test('isGone() is false when ADD saw no namespace, however long ago', () => {
  assert.equal(isGoneNow(undefined), false);
});

test('isGone() is true after a reboot, whatever is there', () => {
  assert.equal(isGoneNow(observed(), 'boot-1', 'boot-2'), true);
  assert.equal(isGoneNow(undefined, 'boot-1', 'boot-2'), true);
});

test('isGone() takes an unknown boot for no proof of a reboot', () => {
  assert.equal(isGoneNow(observed(), '', 'boot-2'), false);
  assert.equal(isGoneNow(observed(), 'boot-1', ''), false);
});
