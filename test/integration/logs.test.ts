/** The log of the plugin: it tells where an invocation's time went, and nothing that is secret. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tryLock } from '../../src/store/lock.ts';
import { roleKey } from '../aws/clients/imds-client.ts';
import { until } from '../aws/clients/until.ts';
import { ENI, type Host, type HostOptions, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();

interface Line {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly invocation: string;
  readonly command: string;
  readonly network?: string;
  readonly container?: string;
  readonly interface?: string;
  readonly action?: string;
  readonly request?: string;
  readonly ms?: number;
  readonly addresses?: readonly string[];
  readonly enis?: readonly string[];
  readonly pods?: readonly string[];
  readonly eni?: string;
  readonly kind?: string;
  readonly error?: string;
  readonly phases?: Readonly<Record<string, number>>;
}

const start = (logLevel: string, options: HostOptions = {}) =>
  startHost(interfaces, { ...options, ipam: { logLevel, ...options.ipam } });

const linesIn = (text: string): readonly Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

/** Runs a call and answers what it logged. */
async function logOf(host: Host, command: string, container: string, args?: string) {
  const { stderr } = await host.node.call(command, container, args === undefined ? {} : { args });
  return linesIn(stderr);
}

const sum = (phases: Readonly<Record<string, number>> = {}): number =>
  Object.values(phases).reduce((total, ms) => total + ms, 0);

test('an ADD and a DEL end with a line that tells addresses, ENI, pod and every millisecond', async () => {
  await using host = await start('info');
  const args = 'IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=cart-0;K8S_POD_UID=4f2a';
  for (const command of ['ADD', 'DEL']) {
    const lines = await logOf(host, command, 'c1', args);
    assert.equal(lines.length, 1);
    const [done] = lines;
    assert.partialDeepStrictEqual(done, {
      level: 'info',
      message: 'done',
      command,
      network: 'pods',
      container: 'c1',
      interface: 'net1',
      addresses: ['10.10.0.80'],
      enis: [ENI],
      pods: ['shop/cart-0'],
    });
    const { ms = 0, phases } = done ?? {};
    // Each phase is rounded by itself.
    assert.ok(Math.abs(sum(phases) - ms) <= 12, JSON.stringify(done));
    assert.ok((phases?.['start'] ?? 0) > 0);
  }
});

test('a slow EC2 shows as such: in the phases, and in the line of the call with its request id', async () => {
  await using host = await start('debug');
  host.aws.latency(700, 'AssignPrivateIpAddresses');
  const lines = await logOf(host, 'ADD', 'c1');
  const done = lines.find(({ message }) => message === 'done');
  assert.ok((done?.phases?.['ec2'] ?? 0) >= 700, JSON.stringify(done));
  const calls = lines.filter(({ message }) => message === 'EC2 answered');
  assert.equal(calls.length, 1);
  const [call] = calls;
  assert.partialDeepStrictEqual(call, {
    level: 'debug',
    action: 'AssignPrivateIpAddresses',
    eni: ENI,
    addresses: ['10.10.0.80'],
  });
  assert.ok((call?.ms ?? 0) >= 700, JSON.stringify(call));
  assert.equal(call?.request, host.aws.journal()[0]?.requestId);
});

test('waiting for the turn at the ENI shows as such', async () => {
  await using host = await start('info');
  await host.node.add('before');
  const lock = await tryLock(host.node.dataDir, ENI, Date.now());
  assert.ok(lock);
  const waiting = host.node.start('ADD', 'c1');
  await until(() => host.node.reservations().some(({ container }) => container === 'c1'));
  const seen = performance.now();
  await until(() => performance.now() - seen > 400);
  await lock[Symbol.asyncDispose]();
  const [done] = linesIn((await waiting.gone).stderr);
  assert.ok((done?.phases?.['turn'] ?? 0) >= 350, JSON.stringify(done));
});

test('a refused call is told with its request id, and an invocation that failed with the reason', async () => {
  await using host = await start('info');
  host.aws.fault({ action: 'AssignPrivateIpAddresses', kind: 'deny', times: 'always' });
  const lines = await logOf(host, 'ADD', 'c1');
  const refused = lines.find(({ message }) => message === 'EC2 call failed');
  const entry = host.aws.journal().find(({ errorCode }) => errorCode === 'UnauthorizedOperation');
  assert.equal(refused?.request, entry?.requestId);
  assert.partialDeepStrictEqual(refused, { kind: 'denied', action: 'AssignPrivateIpAddresses', eni: ENI });
  const failed = lines.at(-1);
  assert.partialDeepStrictEqual(failed, { level: 'warn', message: 'failed', kind: 'denied' });
  assert.match(failed?.error ?? '', /cannot assign 10\.10\.0\.80 to eni-0+2: .*UnauthorizedOperation/);
  assert.ok((failed?.phases?.['ec2'] ?? 0) >= 0 && (failed?.ms ?? 0) > 0);
});

test('an ADD that its configuration keeps from working is told, too', async () => {
  await using host = await start('info', { ipam: { order: 'sideways' } });
  const lines = await logOf(host, 'ADD', 'c1');
  assert.partialDeepStrictEqual(lines, [
    { level: 'info', message: 'failed', command: 'ADD', container: 'c1', kind: 'invalid-config' },
  ]);
  assert.match(lines[0]?.error ?? '', /ipam\.order/);
});

test('all lines of an invocation have one id, and no two invocations have the same', async () => {
  await using host = await start('debug');
  const ids = new Set<string>();
  for (const container of ['c1', 'c2', 'c3']) {
    const lines = await logOf(host, 'ADD', container);
    assert.ok(lines.length >= 2);
    const [id, ...others] = new Set(lines.map(({ invocation }) => invocation));
    assert.deepEqual(others, []);
    assert.match(id ?? '', /^[0-9a-f]{12}$/);
    ids.add(id ?? '');
  }
  assert.equal(ids.size, 3);
});

test('as it is configured by default, a log tells nothing of what goes well', async () => {
  await using host = await startHost(interfaces);
  for (const command of ['ADD', 'DEL']) assert.deepEqual(await logOf(host, command, 'c1'), []);
});

test('a log file has the lines of all invocations, and nothing secret at any level', async () => {
  await using host = await startHost(interfaces);
  const logFile = join(host.node.dataDir, 'eni-local.log');
  const ipam = { ...(host.node.network['ipam'] as object), logFile, logLevel: 'debug' };
  const call = { network: { ipam } };
  host.aws.fault({ action: 'AssignPrivateIpAddresses', kind: 'deny', times: 1 });
  await host.node.call('ADD', 'c1', call);
  await host.node.call('DEL', 'c1', call);
  await host.node.call('ADD', 'c2', call);
  const { stdout } = await host.node.call('GC', '', {
    network: { cniVersion: '1.1.0', ipam, 'cni.dev/valid-attachments': [] },
  });
  assert.equal(stdout, '');
  const text = readFileSync(logFile, 'utf8');
  const lines = linesIn(text);
  const ends = lines.filter(({ message }) => message === 'done' || message === 'failed');
  assert.deepEqual(
    ends.map(({ command, message }) => `${command} ${message}`),
    ['ADD failed', 'DEL done', 'ADD done', 'GC done'],
  );
  assert.deepEqual(ends.at(-1)?.addresses, ['10.10.0.81']);

  const { secretAccessKey, sessionToken } = await roleKey(host.aws);
  assert.ok(secretAccessKey.length > 20 && sessionToken.length > 100);
  const secrets = [secretAccessKey, sessionToken, sessionToken.slice(0, 60)];
  for (const secret of secrets) assert.ok(!text.includes(secret), 'a credential is in the log');
  assert.doesNotMatch(text, /AWS4-HMAC|X-Amz-Security-Token|ec2-metadata-token|Signature=/i);
  assert.doesNotMatch(text, /Encoded authorization failure message/);
  for (const line of text.split('\n')) assert.ok(line.length < 2000, line.slice(0, 200));
});
