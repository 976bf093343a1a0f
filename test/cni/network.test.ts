/** The network configuration on standard input. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeNetwork, readNetwork } from '../../src/cni/network.ts';

const undecodable: [stdin: string, message: RegExp][] = [
  ['', /no network configuration on standard input/],
  [' \n', /no network configuration on standard input/],
  ['{"name": "pods"', /^cannot decode the network configuration: ./],
  ['[]', /it is not a JSON object/],
  ['null', /it is not a JSON object/],
  ['"pods"', /it is not a JSON object/],
];
for (const [stdin, message] of undecodable) {
  test(`decodeNetwork() refuses ${JSON.stringify(stdin)}`, () => {
    assert.throws(() => decodeNetwork(stdin), { kind: 'decode', message });
  });
}

test('readNetwork() keeps the configuration beside its name and version', () => {
  const json = decodeNetwork(
    '{"cniVersion": "0.4.0", "name": "pods", "master": "eth1", "ipam": {"type": "x"}}',
  );
  assert.deepEqual(readNetwork(json), { name: 'pods', cniVersion: '0.4.0', json });
});

for (const name of ['pods', 'a', '9', 'a.b_c-D', 'x'.repeat(300)]) {
  test(`readNetwork() takes the name ${name.slice(0, 12)}`, () => {
    assert.equal(readNetwork({ name }).name, name);
  });
}

for (const name of [undefined, null, '']) {
  test(`readNetwork() misses the name when it is ${JSON.stringify(name)}`, () => {
    assert.throws(() => readNetwork({ name }), { kind: 'invalid-config', message: 'missing network name' });
  });
}

for (const name of ['../etc', 'a/b', '.a', '-a', '_a', 'a b', 'a\n', 'ä', 7, {}]) {
  test(`readNetwork() refuses the name ${JSON.stringify(name)}`, () => {
    const message = `invalid characters found in network name: ${JSON.stringify(name)}`;
    assert.throws(() => readNetwork({ name }), { kind: 'invalid-config', message });
  });
}

test('readNetwork() tells a missing name before an unknown version, as the reference library does', () => {
  assert.throws(() => readNetwork({ cniVersion: '9.9.9' }), { kind: 'invalid-config' });
  assert.throws(() => readNetwork({ cniVersion: '9.9.9', name: 'pods' }), { kind: 'incompatible-version' });
});
