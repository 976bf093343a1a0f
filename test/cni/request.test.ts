/** Requests: environment and standard input put together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequest } from '../../src/cni/request.ts';

const invocation = {
  command: 'ADD',
  container: 'c1',
  netns: '/var/run/netns/c1',
  interface: 'net1',
  args: 'not even pairs',
} as const;

test('readRequest() makes the attachment of network, container and interface', () => {
  const json = { cniVersion: '1.0.0', name: 'pods', ipam: {} };
  assert.deepEqual(readRequest(invocation, JSON.stringify(json)), {
    network: { cniVersion: '1.0.0', name: 'pods', json },
    attachment: { network: 'pods', container: 'c1', interface: 'net1' },
    netns: '/var/run/netns/c1',
    args: 'not even pairs',
  });
});

test('readRequest() passes on what is wrong with standard input', () => {
  assert.throws(() => readRequest(invocation, '{'), { kind: 'decode' });
  assert.throws(() => readRequest(invocation, '{}'), { kind: 'invalid-config' });
});
