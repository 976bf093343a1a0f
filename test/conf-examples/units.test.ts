/** The systemd units: systemd finds nothing wrong with them, and what they start does what they say. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { makeInterfaces } from '../integration/host-interfaces.ts';
import { EXECUTABLE, execute } from '../integration/node.ts';
import { networkOf, read } from './examples.ts';
import { startNodes } from './nodes.ts';

const interfaces = makeInterfaces();
const SERVICE = 'systemd/eni-local-reconcile.service';
const TIMER = 'systemd/eni-local-reconcile.timer';

/** `Key=value` lines by section. */
function settingsOf(file: string): ReadonlyMap<string, string> {
  let section = '';
  const settings = new Map<string, string>();
  for (const line of read(file).split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, heading] = /^\[(\w+)\]$/.exec(line) ?? [];
    if (heading !== undefined) {
      section = heading;
      continue;
    }
    const [, key, value] = /^(\w+)=(.+)$/.exec(line) ?? [];
    assert.ok(key && value, `${file}: ${line}`);
    settings.set(`${section}.${key}`, value);
  }
  return settings;
}

const isSystemdHere = spawnSync('systemd-analyze', ['--version']).status === 0;

test('systemd-analyze has nothing to say about the units', { skip: !isSystemdHere && 'no systemd' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'eni-local-units-'));
  after(() => rmSync(folder, { recursive: true }));
  const paths = [SERVICE, TIMER].map((file) => {
    const path = join(folder, basename(file));
    writeFileSync(path, read(file).replace('/opt/cni/bin/eni-local', EXECUTABLE));
    return path;
  });
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...paths], { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
});

test('the timer starts the service, again and again, and not everywhere at once', () => {
  assert.equal(basename(TIMER, '.timer'), basename(SERVICE, '.service'));
  const settings = settingsOf(TIMER);
  assert.equal(settings.get('Install.WantedBy'), 'timers.target');
  for (const key of ['OnBootSec', 'OnUnitInactiveSec', 'RandomizedDelaySec'])
    assert.match(settings.get(`Timer.${key}`) ?? '', /^\d+min$/, key);
});

test('what the service starts repairs the node, and looks for namespaces where the plugin does', async () => {
  const settings = settingsOf(SERVICE);
  const [program, ...words] = settings.get('Service.ExecStart')?.split(' ') ?? [];
  assert.equal(program, '/opt/cni/bin/eni-local');
  assert.equal(settings.get('Service.Type'), 'oneshot');
  // These give a service mounts of its own (systemd.exec).
  const secluding = /^Service\.(Protect|Private|ReadOnly|ReadWrite|Inaccessible|Bind|Temporary|Root|Mount)/;
  assert.deepEqual(
    [...settings.keys()].filter((key) => secluding.test(key)),
    [],
  );

  await using example = await startNodes(networkOf('network-attachment-definition.yaml'), interfaces);
  const [one] = example.nodes;
  assert.ok(one);
  const { node, eni } = one;
  const run = (): Promise<number | null> =>
    execute({ ...node.env, ENI_LOCAL_DATA_DIR: node.dataDir }, '', words).gone.then(({ status }) => status);
  assert.equal(await run(), 0, 'on a node without pods, too');
  const netns = join(node.dataDir, 'netns');
  writeFileSync(netns, '');
  await node.add('pod', { netns });
  assert.equal(await run(), 0);
  assert.deepEqual(example.aws.addresses(eni), ['10.10.1.80']);
  rmSync(netns);
  assert.equal(await run(), 0);
  assert.deepEqual(example.aws.addresses(eni), []);
});
