/** CNI versions: which are spoken, and which is newer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CNI_VERSIONS,
  isAtLeast,
  isCniVersion,
  NEWEST_VERSION,
  readVersion,
  requireVersion,
} from '../../src/cni/versions.ts';

test('readVersion() takes every version that the plugin supports', () => {
  assert.deepEqual(CNI_VERSIONS.map(readVersion), [
    '0.1.0',
    '0.2.0',
    '0.3.0',
    '0.3.1',
    '0.4.0',
    '1.0.0',
    '1.1.0',
  ]);
  assert.equal(NEWEST_VERSION, '1.1.0');
});

for (const absent of [undefined, null, '']) {
  test(`readVersion() reads ${JSON.stringify(absent)} as 0.1.0`, () => {
    assert.equal(readVersion(absent), '0.1.0');
  });
}

for (const other of ['9.9.9', '1.1', ' 1.0.0', 1, {}]) {
  test(`readVersion() refuses ${JSON.stringify(other)} and tells both sides' versions`, () => {
    assert.throws(() => readVersion(other), {
      kind: 'incompatible-version',
      message: 'incompatible CNI versions',
      details: `config is ${JSON.stringify(other)}, plugin supports ["0.1.0","0.2.0","0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]`,
    });
    assert.equal(isCniVersion(other), false);
  });
}

test('isAtLeast() follows the order of the versions', () => {
  const wanted = CNI_VERSIONS.map((version) => isAtLeast(version, '0.4.0'));
  assert.deepEqual(wanted, [false, false, false, false, true, true, true]);
});

test('requireVersion() refuses a verb that is younger than the configuration', () => {
  requireVersion('0.4.0', '0.4.0', 'CHECK');
  requireVersion('1.1.0', '0.4.0', 'CHECK');
  assert.throws(() => requireVersion('1.0.0', '1.1.0', 'GC'), {
    kind: 'incompatible-version',
    message: 'config version does not allow GC',
  });
});
