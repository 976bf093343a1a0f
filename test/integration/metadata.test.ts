/** What the instance metadata is asked for, and how often. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();

test('a process fetches one token, whatever it asks', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('c1');
  const first = host.aws.imdsRequests();
  assert.equal(first.filter(({ method }) => method === 'PUT').length, 1);
  assert.ok(
    first.some(({ path }) => path.endsWith('/interface-id')),
    'it looked for the ENI',
  );
  assert.ok(
    first.some(({ path }) => /security-credentials\/./.test(path)),
    'and for the role’s keys',
  );
  host.aws.clearJournal();
  await host.node.add('c2');
  const second = host.aws.imdsRequests();
  assert.equal(second.filter(({ method }) => method === 'PUT').length, 1);
  assert.ok(!second.some(({ path }) => path.endsWith('/interface-id')), 'the ENI is known for the boot');
});

test('keys in the environment come before the role’s, as everywhere in AWS', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('c1', { env: host.aws.staticCredentials() });
  assert.ok(!host.aws.imdsRequests().some(({ path }) => path.includes('security-credentials')));
  assert.equal(host.aws.calls(), 1);
});
