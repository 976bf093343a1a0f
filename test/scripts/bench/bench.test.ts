/** `npm run bench -- --quick`: that every bench runs through, counts right, and leaves nothing behind. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ClusterFigures } from '../../../scripts/bench/cluster/measure.ts';
import type { ColdFigures } from '../../../scripts/bench/cold/measure.ts';
import type { FloatFigures } from '../../../scripts/bench/float/measure.ts';
import type { GrowthFigures } from '../../../scripts/bench/growth/measure.ts';
import type { Machine } from '../../../scripts/bench/machine.ts';
import type { PrefixFigures } from '../../../scripts/bench/prefix/measure.ts';
import { repositoryFile } from '../../../scripts/bench/programs.ts';
import type { Bar } from '../../../scripts/bench/report.ts';
import type { StormFigures } from '../../../scripts/bench/storm/measure.ts';
import { skip } from '../../host-local/plugin.ts';

interface Results {
  readonly machine: Machine;
  readonly benches: {
    readonly cold: ColdFigures & { readonly bars: readonly Bar[] };
    readonly storm: StormFigures;
    readonly prefix: PrefixFigures;
    readonly growth: GrowthFigures;
    readonly cluster: ClusterFigures;
    readonly float: FloatFigures;
  };
}

/**
 * Runs the command, with temporary files in a folder of its own, and looks at what it leaves.
 * Once it tells of `until`, it is told to stop.
 */
async function bench(words: readonly string[], env: Record<string, string> = {}, until?: RegExp) {
  const temporary = mkdtempSync(join(tmpdir(), 'eni-local-benchtest-'));
  try {
    const child = spawn(process.execPath, [repositoryFile('scripts/bench/main.ts'), ...words], {
      env: { ...process.env, TMPDIR: temporary, ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (until?.test(stderr)) child.kill('SIGTERM');
    });
    const status = await new Promise<number | null>((done) => child.on('close', done));
    const files = readdirSync(temporary);
    const interfaces = [
      ...['a', 'b', 'c', 'd'].map((end) => `/sys/class/net/elb${child.pid}${end}`),
      ...[1, 2].map((one) => `/run/netns/elf${child.pid}n${one}`),
    ].filter((path) => existsSync(path));
    return { status, stdout, stderr, files, interfaces };
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

const isPositive = (value: number): boolean => Number.isFinite(value) && value > 0;

test('all benches run through, count EC2 calls, and leave nothing', { skip }, async () => {
  const page = readFileSync(repositoryFile('docs/performance.md'), 'utf8');
  const { status, stdout, stderr, files, interfaces } = await bench(['--quick', '--json']);
  assert.equal(status, 0, stderr);
  assert.deepEqual([...files, ...interfaces], []);
  assert.equal(
    readFileSync(repositoryFile('docs/performance.md'), 'utf8'),
    page,
    'a quick run writes nothing',
  );
  for (const name of ['cold', 'storm', 'prefix', 'growth', 'cluster', 'float'])
    assert.match(stderr, new RegExp(`^${name}: `, 'm'));

  const { machine, benches } = JSON.parse(stdout) as Results;
  assert.equal(machine.node, process.versions.node);
  assert.match(machine.eniLocal, /^\d+\.\d+\.\d+/);

  // Without EC2, with it and over TLS, ADD and DEL; host-local; the empty script in two ways.
  const { rows, bars } = benches.cold;
  const ofNode = rows.filter(({ program }) => program !== 'eni-local on Bun');
  assert.deepEqual(
    ofNode.map(({ program, verb, ec2 = 'alone' }) => `${program} ${verb} ${ec2}`),
    [
      'empty script, run by node start alone',
      'empty script, packed start alone',
      'host-local ADD alone',
      'host-local DEL alone',
      'eni-local ADD alone',
      'eni-local DEL alone',
      'eni-local ADD plain',
      'eni-local DEL plain',
      'eni-local ADD tls',
      'eni-local DEL tls',
    ],
  );
  for (const row of rows) assert.ok([row.cpuMs, row.wallMs, row.peakMib].every(isPositive), row.program);
  assert.equal(bars.filter(({ unit }) => unit === ' ×').length, 2);

  // A lone pod would make one call; those that come at once on an ENI make no more.
  for (const { pods, ec2Calls } of benches.storm.rows) {
    assert.ok(ec2Calls >= pods.length && ec2Calls <= 2 * pods.length + 2, `${ec2Calls} calls`);
  }

  for (const { cpuMs, program, verb } of benches.growth.rows) {
    assert.equal(cpuMs.length, benches.growth.sizes.length);
    assert.ok(cpuMs.every(isPositive), `${program} ${verb}`);
  }
  assert.equal(benches.growth.rows.length, 6);

  for (const { mode, verb, ec2Calls } of benches.prefix.rows) {
    assert.ok(ec2Calls >= 1 && ec2Calls <= 6, `${verb} by ${mode}: ${ec2Calls} calls`);
  }

  for (const { mode, verb, doneMs, calls, throttled } of benches.cluster.waves) {
    assert.equal(doneMs.length, 6);
    assert.equal(throttled, 0);
    // What is cooling and what is to spare stays on the nodes.
    if (mode === 'prefix' && verb === 'DEL') assert.equal(calls, 0);
    else assert.ok(calls >= 2 && calls <= 12, `${verb} by ${mode}: ${calls} calls`);
  }
  for (const { family, turns } of benches.float.rows) {
    assert.equal(turns.length, benches.float.turns);
    for (const { wallMs, noticedMs, ec2Ms } of turns)
      assert.ok(isPositive(ec2Ms) && noticedMs >= ec2Ms && wallMs > 0, family);
  }

  assert.deepEqual([benches.cluster.model.pods, benches.cluster.model.calls], [6, 6]);
});

/** Runs a bench with a shell script in the plugin's place, which tells its version by itself. */
async function benchOf(script: string, name: string) {
  const folder = mkdtempSync(join(tmpdir(), 'eni-local-benchtest-'));
  const executable = join(folder, 'stand-in');
  const versioned = `#!/bin/sh\nif [ "$1" = version ]; then echo 0.0.0; exit; fi\n${script}`;
  writeFileSync(executable, versioned, { mode: 0o755 });
  try {
    return await bench([name, '--quick', '--json'], { ENI_LOCAL_EXECUTABLE: executable });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const name of ['storm', 'cluster']) {
  test(`a call that fails is no measurement: ${name} says so, and leaves nothing`, { skip }, async () => {
    const { status, stdout, stderr, files, interfaces } = await benchOf('echo no; exit 1', name);
    assert.equal(status, 1);
    assert.match(stderr, /ADD of \S+ by .*stand-in failed: no/);
    assert.equal(stdout, '');
    assert.deepEqual([...files, ...interfaces], []);
  });
}

test('cluster tries again what is told to, and counts it', { skip }, async () => {
  const once = [
    'called="$0.$CNI_COMMAND.$CNI_CONTAINERID.$(basename "$AWS_EC2_METADATA_SERVICE_ENDPOINT")"',
    `echo '{"code": 11}' "$called"`,
    '[ -e "$called" ] || { touch "$called"; exit 1; }',
  ].join('\n');
  const { status, stdout, stderr } = await benchOf(once, 'cluster');
  assert.equal(status, 0, stderr);
  const { benches } = JSON.parse(stdout) as Results;
  assert.deepEqual(
    benches.cluster.waves.map(({ triedAgain, doneMs }) => [triedAgain, doneMs.length]),
    [
      [6, 6],
      [6, 6],
      // It is told by container, and has been told of all of them.
      [0, 6],
      [0, 6],
    ],
  );
});

test('a bench that is interrupted takes away its interfaces and ends its emulator', { skip }, async () => {
  // The pipe to it closes when the last process that has it, the emulator included, has ended.
  const { status, interfaces } = await bench(['cold', '--quick'], {}, /^cold: round/m);
  assert.equal(status, 143);
  assert.deepEqual(interfaces, []);
});

test('wrong use gets help and status 2', async () => {
  for (const words of [['toString'], ['--slow']]) {
    const { status, stderr } = await bench(words);
    assert.equal(status, 2);
    assert.match(stderr, /^Usage: .*bench/);
  }
});
