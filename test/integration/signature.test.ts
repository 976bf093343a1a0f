/** What keeps EC2 from believing a request: the clock of a node, and credentials that have run out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENI, type Host, OTHER_ENI, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();
const HOUR_MS = 3_600_000;

const errorCodes = ({ aws }: Host) => aws.journal().map(({ errorCode }) => errorCode);

for (const [clockAhead, words] of [
  [2 * HOUR_MS, "120 min behind EC2's"],
  [-HOUR_MS, "60 min ahead of EC2's"],
] as const) {
  test(`a clock ${words} costs a call more, and is named`, async () => {
    await using host = await startHost(interfaces, { clockAhead, ipam: { logLevel: 'info' } });
    const { reply, stderr } = await host.node.call('ADD', 'c1');
    assert.deepEqual(
      reply.ips?.map(({ address }) => address),
      ['10.10.0.80/24'],
    );
    assert.deepEqual(errorCodes(host), ['RequestExpired', undefined]);
    assert.ok(stderr.includes(`the clock of this node is ${words}`), stderr);
    await host.node.del('c1');
    assert.deepEqual(host.aws.addresses(ENI), []);
  });
}

test('a clock that is wrong, but not too wrong, hides nothing that EC2 says', async () => {
  const ten = 10 * 60_000;
  await using host = await startHost(interfaces, { clockAhead: ten, ipam: { eni: { timeout: 3 } } });
  host.aws.put(OTHER_ENI, '10.10.0.80');
  assert.deepEqual(await host.node.add('c1'), ['10.10.0.81']);
  host.aws.fault({ kind: 'deny', action: 'AssignPrivateIpAddresses' });
  assert.equal((await host.node.call('ADD', 'c2')).reply.code, 103);
});

const timesKeysWereFetched = ({ aws }: Host): number =>
  aws.imdsRequests().filter(({ path }) => /security-credentials\/./.test(path)).length;

test('credentials that IMDS hands out too late are not used, but fetched again', async () => {
  await using host = await startHost(interfaces);
  host.aws.fault({ target: 'imds', kind: 'credentials', expireInSeconds: -60, times: 1 });
  assert.deepEqual(await host.node.add('c1'), ['10.10.0.80']);
  assert.deepEqual(errorCodes(host), [undefined]);
  assert.equal(timesKeysWereFetched(host), 2);
});

test('credentials that EC2 calls expired are fetched again', async () => {
  await using host = await startHost(interfaces);
  host.aws.fault({ kind: 'error', code: 'RequestExpired', status: 400, times: 1 });
  assert.deepEqual(await host.node.add('c1'), ['10.10.0.80']);
  assert.deepEqual(errorCodes(host), ['RequestExpired', undefined]);
  assert.equal(timesKeysWereFetched(host), 2);
});

test('as long as IMDS has none but expired credentials, an ADD is to be tried again, and says why', async () => {
  await using host = await startHost(interfaces, { ipam: { eni: { timeout: 2 } } });
  host.aws.fault({ target: 'imds', kind: 'credentials', expireInSeconds: -60, times: 'always' });
  const { reply } = await host.node.call('ADD', 'c1');
  assert.equal(reply.code, 11);
  assert.match(reply.msg ?? '', /cannot assign 10\.10\.0\.80 to eni-0+2 in time: .*expired/i);
  await host.aws.reset();
  assert.deepEqual(await host.node.add('c1'), ['10.10.0.81']);
});
