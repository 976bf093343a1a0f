/** The instance metadata service: tokens, absences and what goes wrong on the way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadlineAt } from '../../src/deadline.ts';
import { openImds } from '../../src/eni/imds.ts';
import { type FakeImds, type Interference, startImds } from './fake-imds.ts';
import { FakeWorld } from './fake-world.ts';

const tree = { 'placement/region': 'eu-central-1', mac: '02:00:00:00:00:01' };
const TOKEN = 'PUT /latest/api/token';
const REGION = 'GET /latest/meta-data/placement/region';

const open = ({ world }: Pick<FakeImds, 'world'>, seconds = 60) =>
  openImds(world, deadlineAt(seconds * 1000, world));

test('get() asks for one token and reads with it', async () => {
  await using service = await startImds(tree);
  const imds = open(service);
  assert.equal(await imds.get('placement/region'), 'eu-central-1');
  assert.equal(await imds.get('mac'), '02:00:00:00:00:01');
  assert.deepEqual(service.requests, [TOKEN, REGION, 'GET /latest/meta-data/mac']);
});

test('get() shares one token among questions at the same time', async () => {
  await using service = await startImds(tree);
  const imds = open(service);
  await Promise.all([imds.get('mac'), imds.get('placement/region'), imds.get('mac')]);
  assert.equal(service.requests.filter((request) => request === TOKEN).length, 1);
});

test('get() is undefined where there is nothing', async () => {
  await using service = await startImds(tree);
  assert.equal(await open(service).get('network/interfaces/macs/'), undefined);
});

const answering =
  (status: number, ...places: number[]): Interference =>
  (_request, response, place) => {
    if (!places.includes(place)) return false;
    response.writeHead(status).end();
    return true;
  };

const recoveries: [title: string, interfere: Interference, requests: string[]][] = [
  ['a token that is refused once', answering(401, 1), [TOKEN, REGION, TOKEN, REGION]],
  ['a burst of 503', answering(503, 0, 1), [TOKEN, TOKEN, TOKEN, REGION]],
  ['a 500 in between', answering(500, 1), [TOKEN, REGION, REGION]],
  [
    'a connection that is dropped',
    ({ socket }, _response, place) => {
      if (place === 0) socket.destroy();
      return place === 0;
    },
    [TOKEN, TOKEN, REGION],
  ],
  [
    'an answer that breaks off',
    ({ socket }, response, place) => {
      if (place !== 1) return false;
      response.writeHead(200, { 'content-length': 100 });
      response.write('eu-', () => socket.destroy());
      return true;
    },
    [TOKEN, REGION, REGION],
  ],
];
for (const [title, interfere, requests] of recoveries) {
  test(`get() gets over ${title}`, async () => {
    await using service = await startImds(tree, interfere);
    assert.equal(await open(service).get('placement/region'), 'eu-central-1');
    assert.deepEqual(service.requests, requests);
  });
}

const always =
  (status: number): Interference =>
  (request, response) =>
    answering(status, 0)(request, response, 0);
const failures: [title: string, interfere: Interference, message: RegExp, requests: number][] = [
  ['IMDS is disabled', always(403), /the token was refused with status 403/, 1],
  ['it is broken', always(503), /PUT \/latest\/api\/token: status 503/, 3],
  [
    'every token is refused',
    (...call) => call[0].method === 'GET' && always(401)(...call),
    /refused with status 401/,
    4,
  ],
];
for (const [title, interfere, message, requests] of failures) {
  test(`get() gives up when ${title}, after few tries`, async () => {
    await using service = await startImds(tree, interfere);
    await assert.rejects(open(service).get('placement/region'), { kind: 'try-again', message });
    assert.equal(service.requests.length, requests);
  });
}

test('get() gives up when nobody answers, and never waits beyond the deadline', async () => {
  await using service = await startImds(tree, () => true);
  await assert.rejects(open(service, 0.02).get('placement/region'), {
    kind: 'try-again',
    message:
      /^cannot reach the instance metadata service at http:\/\/127\.0\.0\.1:\d+: PUT .*: no answer in \d+ ms/,
  });
  assert.ok(service.requests.length <= 3);
});

const endpoints: [env: Record<string, string>, endpoint: string][] = [
  [{}, 'http://169.254.169.254'],
  [{ AWS_EC2_METADATA_SERVICE_ENDPOINT: '' }, 'http://169.254.169.254'],
  [{ AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6' }, 'http://[fd00:ec2::254]'],
];
for (const [env, endpoint] of endpoints) {
  test(`openImds() goes to ${endpoint} with ${JSON.stringify(env)}`, async () => {
    // Without time it does not go at all, but says where it would have gone.
    await assert.rejects(open({ world: new FakeWorld(env) }, 0).get('mac'), (error: Error) =>
      error.message.startsWith(`cannot reach the instance metadata service at ${endpoint}: `),
    );
  });
}

test('get() has words for having had no time at all', async () => {
  const world = new FakeWorld();
  const asked = openImds(world, deadlineAt(0, world)).get('mac');
  await assert.rejects(asked, (error: Error) => !error.message.includes('undefined'));
});
