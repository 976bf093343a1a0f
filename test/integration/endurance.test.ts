/** What a node does all day: pods come and go, and nothing may stay behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENI, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();

test('three hundred sequential ADD and DEL leave an empty ENI and an empty state', async () => {
  await using host = await startHost(interfaces);
  for (let round = 0; round < 300; round++) {
    await host.node.add(`c${round}`);
    await host.node.del(`c${round}`);
  }
  assert.deepEqual(host.aws.addresses(ENI), []);
  assert.deepEqual(host.node.reservations(), []);
  assert.equal(host.aws.calls(), 600);
});
