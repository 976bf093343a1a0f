/** What benches make of figures: ratios, bars, tables. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mode } from '../../../scripts/bench/call.ts';
import type { WaveFigures } from '../../../scripts/bench/cluster/measure.ts';
import { modelOneCallAPod } from '../../../scripts/bench/cluster/one-call-a-pod.ts';
import { presentCluster } from '../../../scripts/bench/cluster/present.ts';
import { type ColdRow, EMPTY_EXECUTABLE, EMPTY_SCRIPT } from '../../../scripts/bench/cold/measure.ts';
import { presentCold } from '../../../scripts/bench/cold/present.ts';
import { presentFloat } from '../../../scripts/bench/float/present.ts';
import { presentGrowth } from '../../../scripts/bench/growth/present.ts';
import { presentPrefix } from '../../../scripts/bench/prefix/present.ts';
import type { Report } from '../../../scripts/bench/report.ts';
import { presentStorm } from '../../../scripts/bench/storm/present.ts';

const barsOf = ({ bars }: Report): string[] =>
  bars.map(({ what, measured, most, unit }) => `${what}: ${measured}${unit} of ${most}${unit}`);

/** The cells of the first line that begins with `name`. */
function cells({ text }: Report, name: string): string[] {
  const line = text.split('\n').find((one) => one.startsWith(`| ${name} `)) ?? '';
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}

test('cold: CPU against the empty script, run and packed, and against host-local’s same verb', () => {
  const row = (program: string, verb: ColdRow['verb'], cpuMs: number, ec2?: ColdRow['ec2']): ColdRow => ({
    program,
    verb,
    ...(ec2 ? { ec2 } : {}),
    cpuMs,
    wallMs: cpuMs,
    peakMib: 60,
  });
  const report = presentCold({
    rounds: 5,
    rows: [
      row(EMPTY_SCRIPT, 'start', 40),
      row(EMPTY_EXECUTABLE, 'start', 20),
      row('host-local', 'ADD', 4),
      row('host-local', 'DEL', 2),
      row('eni-local', 'ADD', 48),
      row('eni-local', 'DEL', 44),
      row('eni-local', 'ADD', 80, 'plain'),
      row('eni-local', 'DEL', 60, 'plain'),
      row('eni-local', 'ADD', 100, 'tls'),
    ],
  });
  assert.deepEqual(cells(report, 'eni-local DEL'), [
    '1.10 ×',
    '2.20 ×',
    '22.0 ×',
    '44 ms',
    '44 ms',
    '60 MiB',
  ]);
  assert.deepEqual(cells(report, EMPTY_EXECUTABLE).slice(0, 3), ['0.50 ×', '1.00 ×', '']);
  assert.deepEqual(barsOf(report), [
    'eni-local ADD: CPU: 1.2 × of 1.4 ×',
    'eni-local ADD: memory: 60 MiB of 90 MiB',
    'eni-local DEL: memory: 60 MiB of 90 MiB',
    'eni-local ADD, with its EC2 call: CPU: 2 × of 2.4 ×',
    'eni-local ADD, with its EC2 call: memory: 60 MiB of 90 MiB',
    'eni-local DEL, with its EC2 call: memory: 60 MiB of 90 MiB',
    'eni-local ADD, with its EC2 call over TLS: memory: 60 MiB of 90 MiB',
  ]);
});

test('storm: a line for each storm, and a bar where 49 pods meet EC2 at its slowest', () => {
  const row = (pods: readonly number[], latencyMs: number, ec2Calls: number) => ({
    verb: 'ADD' as const,
    pods,
    latencyMs,
    ec2Calls,
    wallMs: 2000,
    cpuMs: 60,
  });
  const rows = [row([49], 300, 2), row([49], 0, 7), row([49, 49], 300, 9), row([10], 300, 1)];
  const report = presentStorm({ rounds: 3, emptyMs: 40, rows });
  assert.deepEqual(cells(report, '49 ADD').slice(0, 3), ['2 · 7', '4 % · 14 %', '1.50 × · 1.50 ×']);
  assert.deepEqual(cells(report, '49 + 49 ADD').slice(0, 2), ['9', '9 %']);
  assert.deepEqual(barsOf(report), ['49 ADD: EC2 calls, EC2 answering in 300 ms: 2 of 6']);
});

test('prefix: a line for each mode, and a bar of as many calls as there are prefixes', () => {
  const row = (mode: Mode, pods: number, ec2Calls: number) => ({
    mode,
    verb: 'ADD' as const,
    pods,
    enis: 1,
    ec2Calls,
    wallMs: 2000,
    cpuMs: 40,
  });
  const rows = [row('address', 49, 1), row('prefix', 49, 5), row('prefix', 144, 3)];
  const report = presentPrefix({ rounds: 3, sizes: [49, 144], latencyMs: 300, rows });
  assert.deepEqual(cells(report, '49 ADD'), ['single addresses', '1', '1', '2.00 s', '40 ms']);
  assert.deepEqual(barsOf(report), [
    '49 ADD in prefixes: EC2 calls: 5 of 4',
    '144 ADD in prefixes: EC2 calls: 3 of 9',
  ]);
});

test('growth: each verb against itself on an empty node, and a bar at the largest', () => {
  const rows = [
    { program: 'eni-local', verb: 'ADD' as const, cpuMs: [40, 44, 70], wallMs: [1, 1, 1] },
    { program: 'host-local', verb: 'ADD' as const, cpuMs: [4, 20, 80], wallMs: [1, 1, 1] },
  ];
  const report = presentGrowth({ rounds: 3, sizes: [0, 1000, 8000], rows });
  assert.deepEqual(cells(report, 'eni-local ADD'), ['1.00 × (40 ms)', '1.10 × (44 ms)', '1.75 × (70 ms)']);
  assert.deepEqual(cells(report, 'host-local ADD'), ['1.00 × (4.0 ms)', '5.00 × (20 ms)', '20.0 × (80 ms)']);
  assert.deepEqual(barsOf(report), ['ADD with 8,000 reservations: CPU: 1.75 × of 1.5 ×']);
});

test('cluster: what EC2 took beside what it threw back, and the same calls a node at more nodes', () => {
  const doneMs = Array.from({ length: 980 }, (_, index) => index * 5);
  const wave = (calls: number, throttled: number, mode: Mode = 'address'): WaveFigures => ({
    verb: 'ADD',
    mode,
    calls,
    throttled,
    refused: 7,
    triedAgain: 2,
    mostOfANode: 4,
    doneMs,
    machineMs: 90_000,
    cpuMs: 100_000,
  });
  const model = modelOneCallAPod({ pods: 980, latencyMs: 300 });
  const plan = { nodes: 20, podsEach: 49, latencyMs: 300, abreast: 1, modes: ['address', 'prefix'] } as const;
  const report = presentCluster({ ...plan, waves: [wave(59, 10), wave(0, 0, 'prefix')], model });
  assert.deepEqual(cells(report, 'eni-local ADD in prefixes, group commit').slice(0, 2), ['–', '0']);
  assert.deepEqual(cells(report, 'eni-local ADD, group commit'), [
    '20.0',
    '59',
    '10',
    '7',
    '2',
    '4.89 s',
    '0.00 s',
  ]);
  const [perCall, calls, , , , , alone] = cells(report, 'one call a pod (model)');
  assert.deepEqual([perCall, calls, alone], ['1.0', String(model.calls), '176.0 s']);
  assert.deepEqual(barsOf(report), [
    '980 pods, ADD: EC2 calls: 59 of 100',
    '980 pods, ADD in prefixes: EC2 calls: 0 of 100',
  ]);
  assert.deepEqual(cells(report, '20'), ['980', '59', 'no wait', '176 s', '']);
  // 100 nodes × 59 / 20 calls, and 4,900 pods, each less the 100 of the bucket, at 5 a second.
  assert.deepEqual(cells(report, '100'), ['4,900', '295', '39 s', '16 min', '24.6 ×']);
});

test('float: medians beside the slowest, EC2 apart, and a second as the bar', () => {
  const turn = (wallMs: number, noticedMs: number, ec2Ms: number) => ({ wallMs, noticedMs, ec2Ms });
  const turns = [turn(130, 120, 105), turn(1500, 1480, 1400), turn(140, 128, 101)];
  const report = presentFloat({ turns: 3, latencyMs: 100, rows: [{ family: 'IPv4', turns }] });
  assert.deepEqual(cells(report, 'IPv4, median'), ['140 ms', '128 ms', '105 ms', '27 ms']);
  assert.deepEqual(cells(report, 'IPv4, slowest'), ['1500 ms', '1480 ms', '1400 ms', '80 ms']);
  assert.deepEqual(barsOf(report), ['IPv4, slowest take-over: 1500 ms of 1000 ms']);
});
