/** `eni-local import`: a node changes over from host-local while its pods live. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ENI, type Host, OTHER_ENI, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { execute } from './node.ts';

const interfaces = makeInterfaces();

interface Left extends Disposable {
  readonly directory: string;
  /** The file of one address. */
  file(address: string): string;
}

/** What host-local left on disk for the network `pods`. */
function leave(files: Record<string, string>): Left {
  const directory = mkdtempSync(join(tmpdir(), 'eni-local-host-local-'));
  const folder = join(directory, 'pods');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return {
    directory,
    file: (address) => join(folder, address),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
}

const TWO_PODS = {
  '10.10.0.80': 'one\r\nnet1',
  '10.10.0.81': 'two\r\nnet1',
  'last_reserved_ip.0': '10.10.0.81',
  lock: '',
};

interface Row {
  readonly address: string;
  readonly action: string;
  readonly result: string;
  readonly reason?: string;
}

/** Runs the verb with the node's configuration in a file. */
async function runImport(host: Host, left: Left, ...words: string[]) {
  const config = join(left.directory, 'pods.json');
  writeFileSync(config, JSON.stringify(host.node.network));
  const { node } = host;
  const folder = join(left.directory, 'pods');
  const verb = ['import', folder, '--config', config, '--json', '--data-dir', node.dataDir, ...words];
  const { status, stdout, stderr } = await execute(node.env, '', verb).gone;
  assert.match(stdout, /^\[/, stderr);
  return { status, rows: JSON.parse(stdout) as readonly Row[] };
}

const inShort = (rows: readonly Row[]) =>
  rows.map(({ address, action, result }) => `${action} ${address}: ${result}`);

test('live pods keep their addresses, which are assigned on the ENI, and new pods get others', async () => {
  await using host = await startHost(interfaces);
  using left = leave(TWO_PODS);
  const { status, rows } = await runImport(host, left);
  assert.equal(status, 0);
  assert.deepEqual(inShort(rows), ['take over 10.10.0.80: done', 'take over 10.10.0.81: done']);
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.80', '10.10.0.81']);
  assert.equal(host.aws.calls(), 1);
  assert.deepEqual(await host.node.add('new'), ['10.10.0.82']);
  assert.deepEqual(await host.node.add('one'), ['10.10.0.80'], 'again, the same');
  await host.node.del('one');
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.81', '10.10.0.82']);
});

test('it can be run again, and takes over addresses that a sidecar has put on the ENI', async () => {
  await using host = await startHost(interfaces);
  using left = leave(TWO_PODS);
  host.aws.put(ENI, '10.10.0.80');
  await runImport(host, left);
  const { status, rows } = await runImport(host, left);
  assert.equal(status, 0);
  assert.deepEqual(inShort(rows), ['known 10.10.0.80: done', 'known 10.10.0.81: done']);
  await host.node.del('one');
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.81']);
});

test('a dry run changes nothing', async () => {
  await using host = await startHost(interfaces);
  using left = leave(TWO_PODS);
  const { status, rows } = await runImport(host, left, '--dry-run');
  assert.equal(status, 0);
  assert.deepEqual(inShort(rows), ['take over 10.10.0.80: found', 'take over 10.10.0.81: found']);
  assert.equal(host.aws.calls(), 0);
  assert.deepEqual(host.node.reservations(), []);
});

test('what cannot be taken over is told: an empty file, an address of another ENI, one of another pod', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('ours');
  using left = leave({ '10.10.0.80': 'theirs\r\nnet1', '10.10.0.85': '', '10.10.0.90': 'moved\r\nnet1' });
  host.aws.put(OTHER_ENI, '10.10.0.90');
  const { status, rows } = await runImport(host, left);
  assert.equal(status, 1);
  assert.deepEqual(inShort(rows).toSorted(), [
    'conflict 10.10.0.80: failed',
    'take over 10.10.0.90: failed',
    'unreadable 10.10.0.85: failed',
  ]);
  assert.match(rows.find(({ address }) => address === '10.10.0.85')?.reason ?? '', /empty/);
  assert.match(rows.find(({ address }) => address === '10.10.0.90')?.reason ?? '', new RegExp(OTHER_ENI));
  assert.deepEqual(host.aws.addresses(OTHER_ENI), ['10.10.0.90']);
});

test('a pod whose DEL still goes to host-local is seen to be gone', async () => {
  await using host = await startHost(interfaces);
  using left = leave(TWO_PODS);
  await runImport(host, left);
  rmSync(left.file('10.10.0.80'));
  await host.node.add('new');
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.81', '10.10.0.82']);
});

test('without an ENI the addresses are on record, and nothing else happens', async () => {
  await using host = await startHost(interfaces, { ipam: { eni: { assign: false } } });
  using left = leave(TWO_PODS);
  assert.equal((await runImport(host, left)).status, 0);
  assert.deepEqual(await host.node.add('new'), ['10.10.0.82']);
  assert.equal(host.aws.calls(), 0);
});
