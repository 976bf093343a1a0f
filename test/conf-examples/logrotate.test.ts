/** The logrotate example: a renamed log is noticed at once, and the new one is for root alone. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeInterfaces } from '../integration/host-interfaces.ts';
import { networkOf, read } from './examples.ts';
import { startNodes } from './nodes.ts';

const interfaces = makeInterfaces();
const text = read('logrotate.conf');
const [, path = '', block = ''] = /^(\/\S+) \{\n([^}]*)\}\n$/m.exec(text) ?? [];
const directives = block.trim().split(/\s*\n\s*/);

test('logrotate.conf is about the log that it tells to configure', () => {
  assert.ok(text.includes(`"logFile": "${path}"`));
});

test('the log is followed when it is renamed, without copytruncate and without a signal', async () => {
  assert.deepEqual(
    directives.filter((line) => /^(copytruncate|postrotate|prerotate)/.test(line)),
    [],
  );
  const network = networkOf('network-attachment-definition.yaml');
  await using example = await startNodes(network, interfaces);
  const [one] = example.nodes;
  assert.ok(one);
  const { node } = one;
  const logFile = join(node.dataDir, 'plugin.log');
  const ipam = { ...(node.network['ipam'] as object), logFile, logLevel: 'debug' };
  await node.add('one', { network: { ipam } });
  const lines = readFileSync(logFile, 'utf8');
  assert.match(lines, /"command":"ADD"/);
  renameSync(logFile, `${logFile}.1`);
  await node.del('one', { network: { ipam } });
  assert.equal(readFileSync(`${logFile}.1`, 'utf8'), lines);
  assert.match(readFileSync(logFile, 'utf8'), /"command":"DEL"/);
  assert.equal(statSync(logFile).mode & 0o777, 0o600);
  assert.ok(directives.includes('create 0600 root root'), 'as the plugin itself would make it');
});

const isHere = spawnSync('logrotate', ['--version']).status === 0;

test('logrotate itself understands it', { skip: !isHere && 'no logrotate' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'eni-local-logrotate-'));
  after(() => rmSync(folder, { recursive: true }));
  const [log, configuration] = [join(folder, 'eni-local.log'), join(folder, 'logrotate.conf')];
  writeFileSync(log, 'a line\n', { mode: 0o600 });
  writeFileSync(configuration, text.replace(`\n${path} {`, `\n${log} {`), { mode: 0o644 });
  const words = ['--force', '--state', join(folder, 'state'), configuration];
  const { status, stderr } = spawnSync('logrotate', words, { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
  assert.equal(readFileSync(log, 'utf8'), '');
  assert.ok(existsSync(`${log}.1`));
});
