/** IMDS version 2: tokens, the tree of metadata, and the role's credentials. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAws } from './aws.ts';
import { get, read, requestToken, token } from './clients/imds-client.ts';
import { defaultSeed } from './cloud/seed.ts';
import { FakeClock } from './fake-clock.ts';

const instanceId = 'i-00000000000000001';
const second = 'eni-00000000000000002';
const macs = 'meta-data/network/interfaces/macs';
const secondMac = `${macs}/02:00:00:00:00:02`;

test('a token costs a PUT that says how long it shall live', async () => {
  await using aws = await startAws();
  const header = 'X-aws-ec2-metadata-token-ttl-seconds';
  const status = async (headers: Readonly<Record<string, string>>, path?: string) =>
    (await requestToken(aws, headers, path)).status;
  assert.equal(await status({ [header]: '1' }), 200);
  assert.equal(await status({ [header]: '21600' }), 200);
  for (const wrong of ['0', '21601', '-1', '1.5', '0x10', '', 'forever']) {
    assert.equal(await status({ [header]: wrong }), 400, wrong);
  }
  assert.equal(await status({}), 400);
  assert.equal(await status({ [header]: '60', 'X-Forwarded-For': '10.0.0.1' }), 403);
  assert.equal(await status({ [header]: '60' }, '2021-03-23/api/token'), 403);
  assert.equal((await requestToken(aws, { [header]: '60' })).headers.get(header), '60');
});

test('nothing is told without a token, with a wrong one, or with one of another instance', async () => {
  const seed = defaultSeed();
  const other = 'i-00000000000000002';
  await using aws = await startAws({ seed: { ...seed, instances: [...seed.instances, { id: other }] } });
  const url = `${aws.imdsUrl(instanceId)}/latest/meta-data/mac`;
  assert.equal((await fetch(url)).status, 401);
  assert.equal((await get(aws, 'meta-data/mac', 'made up')).status, 401);
  assert.equal((await get(aws, 'meta-data/mac', await token(aws))).status, 200);
  assert.equal((await get(aws, 'meta-data/mac', await token(aws), other)).status, 401);
  assert.equal((await fetch(url, { method: 'POST' })).status, 405);
});

test('a token expires', async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock });
  const short = await token(aws, 10);
  clock.advance(9_999);
  assert.equal((await get(aws, 'meta-data/mac', short)).status, 200);
  clock.advance(1);
  assert.equal((await get(aws, 'meta-data/mac', short)).status, 401);
});

test('tokens can be revoked, and new ones are good again', async () => {
  await using aws = await startAws();
  const old = await token(aws);
  aws.revokeTokens();
  assert.equal((await get(aws, 'meta-data/mac', old)).status, 401);
  assert.equal((await get(aws, 'meta-data/mac', await token(aws))).status, 200);
});

test('the instance is described', async () => {
  await using aws = await startAws({ region: 'us-west-2' });
  assert.equal(await read(aws, 'meta-data/instance-id'), instanceId);
  assert.equal(await read(aws, 'meta-data/instance-type'), 'm5.large');
  assert.equal(await read(aws, 'meta-data/mac'), '02:00:00:00:00:01');
  assert.equal(await read(aws, 'meta-data/local-ipv4'), '10.10.0.4');
  assert.equal(await read(aws, 'meta-data/placement/region'), 'us-west-2');
  assert.equal(await read(aws, 'meta-data/placement/availability-zone'), 'us-west-2a');
});

test('each ENI has its tree', async () => {
  await using aws = await startAws();
  aws.put(second, '10.10.0.20');
  assert.equal(await read(aws, `${macs}/`), '02:00:00:00:00:01/\n02:00:00:00:00:02/');
  assert.equal(await read(aws, `${secondMac}/interface-id`), second);
  assert.equal(await read(aws, `${secondMac}/device-number`), '1');
  assert.equal(await read(aws, `${secondMac}/subnet-id`), 'subnet-00000000000000001');
  assert.equal(await read(aws, `${secondMac}/vpc-id`), 'vpc-00000000000000001');
  assert.equal(await read(aws, `${secondMac}/owner-id`), '123456789012');
  assert.equal(await read(aws, `${secondMac}/subnet-ipv4-cidr-block`), '10.10.0.0/24');
  assert.equal(await read(aws, `${secondMac}/vpc-ipv4-cidr-blocks`), '10.10.0.0/16');
  assert.equal(await read(aws, `${secondMac}/local-ipv4s`), '10.10.0.5\n10.10.0.20');
});

test('what is empty or unknown is not there, and says so in HTML', async () => {
  await using aws = await startAws();
  for (const path of [
    'ipv6s',
    'ipv4-prefix',
    'ipv6-prefix',
    'subnet-ipv6-cidr-blocks',
    'network-card-index',
  ]) {
    assert.equal(await read(aws, `${secondMac}/${path}`), 404, path);
  }
  assert.equal(await read(aws, `${macs}/02:00:00:00:00:99/interface-id`), 404);
  const response = await get(aws, 'meta-data/constructor', await token(aws));
  assert.equal(response.status, 404);
  assert.match(response.headers.get('content-type') ?? '', /html/);
  assert.equal(response.headers.get('server'), 'EC2ws');
});

test("the role's credentials are shown, and renewed before they expire", async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock });
  assert.equal(await read(aws, 'meta-data/iam/security-credentials/'), 'node-role');
  const path = 'meta-data/iam/security-credentials/node-role';
  const shown = await read(aws, path);
  assert.match(String(shown), /"Code": "Success"/);
  assert.match(String(shown), /"Expiration": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/);
  assert.equal(await read(aws, path), shown);
  clock.advance(6 * 60 * 60 * 1000 - 5 * 60 * 1000);
  assert.notEqual(await read(aws, path), shown);
});

test('an instance without a profile has no credentials', async () => {
  const seed = defaultSeed();
  const bare = seed.instances.map((instance) => ({ ...instance, role: null }));
  await using aws = await startAws({ seed: { ...seed, instances: bare } });
  assert.equal(await read(aws, 'meta-data/iam/security-credentials/'), 404);
});

test('a new ENI shows up late, and one that is gone may linger', async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock });
  const mac = '02:00:00:00:00:03';
  const subnetId = 'subnet-00000000000000001';
  aws.addEni({ id: 'eni-00000000000000003', subnetId, mac, instanceId, deviceIndex: 2, imdsDelayMs: 20_000 });
  aws.removeEni(second, { lingers: true });
  assert.equal(await read(aws, `${macs}/${mac}/interface-id`), 404);
  assert.equal(await read(aws, `${secondMac}/interface-id`), second);
  clock.advance(20_000);
  assert.equal(await read(aws, `${macs}/${mac}/interface-id`), 'eni-00000000000000003');
});

test('an ENI that is detached may linger', async () => {
  await using aws = await startAws();
  aws.detachEni(second, { lingers: true });
  assert.equal(await read(aws, `${macs}/`), '02:00:00:00:00:02/\n02:00:00:00:00:01/');
  assert.equal(await read(aws, `${secondMac}/interface-id`), second);
});

test('an ENI that is detached or deleted is gone at once, when it does not linger', async () => {
  await using aws = await startAws();
  aws.detachEni(second);
  assert.equal(await read(aws, `${secondMac}/interface-id`), 404);
  aws.removeEni('eni-00000000000000001');
  assert.equal(await read(aws, 'meta-data/mac'), 404);
});

test('IMDS requests are remembered', async () => {
  await using aws = await startAws();
  await read(aws, 'meta-data/mac');
  assert.deepEqual(aws.imdsRequests(), [
    { instanceId, method: 'PUT', path: '/latest/api/token', status: 200 },
    { instanceId, method: 'GET', path: '/latest/meta-data/mac', status: 200 },
  ]);
});
