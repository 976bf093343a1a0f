/** The addresses that the runtime hands back to CHECK. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPreviousAddresses } from '../../src/config/prev-result.ts';

const read = (json: Record<string, unknown>) =>
  readPreviousAddresses({ name: 'pods', cniVersion: '1.0.0', json });

test('readPreviousAddresses() has all addresses in canonical text, whoever gave them', () => {
  const ips = [
    { version: '4', address: '10.1.2.3/24', interface: 0 },
    { address: '2001:DB8:0::5/64', gateway: '2001:db8::1' },
    { address: 'not one of ours' },
  ];
  assert.deepEqual(read({ prevResult: { interfaces: [], ips } }), ['10.1.2.3', '2001:db8::5']);
});

test('readPreviousAddresses() has none when the result has none', () => {
  assert.deepEqual(read({ prevResult: {} }), []);
});

for (const prevResult of [undefined, null, 'x', { ips: {} }, { ips: [{ address: 1 }] }, { ips: [null] }]) {
  test(`readPreviousAddresses() refuses ${JSON.stringify(prevResult)}`, () => {
    assert.throws(() => read({ prevResult }), {
      kind: 'invalid-config',
      message: 'cannot check the attachment as prevResult is missing or malformed',
    });
  });
}
