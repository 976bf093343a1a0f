/** What the log says of a verb at its end. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { aboutAddresses, withOutcome } from '../../src/commands/outcome.ts';
import { readSettings } from '../../src/config/settings.ts';
import { Failure, type FailureKind } from '../../src/errors.ts';
import { openRun } from '../../src/run.ts';
import { FakeWorld } from '../eni/fake-world.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'eni-local-outcome-'));
after(() => rmSync(dataDir, { recursive: true }));

function start() {
  const world = new FakeWorld();
  const run = openRun(readSettings({ ipam: { dataDir, logLevel: 'debug' } }), { command: 'ADD' }, world);
  const lines = () =>
    world.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { world, run, lines };
}

test('withOutcome() hands on the value, and tells what it is about and how long it took', async () => {
  const { world, run, lines } = start();
  const value = await withOutcome(
    run,
    async () => {
      await run.phases.time('ec2', () => world.sleep(250));
      return 'x';
    },
    (given) => ({ given }),
  );
  assert.equal(value, 'x');
  const [{ time: _, invocation: _id, ...told } = {}, ...more] = lines();
  assert.deepEqual(more, []);
  const context = { level: 'info', message: 'done', command: 'ADD' };
  assert.deepEqual(told, { ...context, given: 'x', ms: 250, phases: { ec2: 250 } });
});

const LEVELS: readonly [kind: FailureKind, level: string][] = [
  ['try-again', 'warn'],
  ['denied', 'warn'],
  ['io', 'warn'],
  ['eni-full', 'warn'],
  ['no-free-address', 'warn'],
  ['invalid-config', 'info'],
  ['no-eni', 'info'],
  ['not-available', 'info'],
];
for (const [kind, level] of LEVELS) {
  test(`withOutcome() tells of "${kind}" at level ${level}, and throws it`, async () => {
    const { run, lines } = start();
    const failure = new Failure(kind, 'cannot do it');
    await assert.rejects(
      withOutcome(run, () => Promise.reject(failure)),
      failure,
    );
    assert.partialDeepStrictEqual(lines(), [{ level, message: 'failed', kind, error: 'cannot do it' }]);
  });
}

test('withOutcome() tells of a bug as an error', async () => {
  const { run, lines } = start();
  await assert.rejects(
    withOutcome(run, () => Promise.reject(new TypeError('x is undefined'))),
    TypeError,
  );
  assert.partialDeepStrictEqual(lines(), [{ level: 'error', kind: 'bug', error: 'x is undefined' }]);
});

test('aboutAddresses() names each ENI and pod once', () => {
  const eni = { id: 'eni-0a', region: 'eu-central-1', subnet: 'subnet-1' };
  const pod = { namespace: 'shop', name: 'cart-0', uid: '4f2a' };
  const reservation = (address: string) => ({
    network: 'pods',
    container: 'c1',
    interface: 'net1',
    set: 0,
    address,
    length: 24,
    gateway: '',
    state: 'assigned' as const,
    since: 0,
    boot: '',
    cooldown: 0,
  });
  assert.deepEqual(
    aboutAddresses([
      { ...reservation('10.0.0.8'), eni, pod },
      { ...reservation('2001:db8::8'), eni, pod },
    ]),
    { addresses: ['10.0.0.8', '2001:db8::8'], enis: ['eni-0a'], pods: ['shop/cart-0'] },
  );
  assert.deepEqual(aboutAddresses([reservation('10.0.0.8')]), { addresses: ['10.0.0.8'], enis: [] });
});

test('two runs have two ids', () => {
  const world = new FakeWorld();
  const settings = readSettings({ ipam: { dataDir } });
  for (let count = 0; count < 2; count++) openRun(settings, {}, world).log.warn('here');
  const ids = world.stderr.match(/"invocation":"[0-9a-f]{12}"/g) ?? [];
  assert.equal(new Set(ids).size, 2);
});
