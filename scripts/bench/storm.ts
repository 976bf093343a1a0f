/** Pods that come and go all at once on one ENI: EC2 calls, wall time and CPU. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAws } from '../../test/aws/aws.ts';
import { defaultSeed } from '../../test/aws/cloud/seed.ts';
import { EXECUTABLE } from '../../test/integration/node.ts';
import { type Measured, median, runMeasured } from './measured.ts';

const SIZES = [1, 10, 49];
const EC2_MS = 300;
const EMPTY_RUNS = 9;

/** Prints the table. An interface of this host is needed for its MAC alone; nothing is done to it. */
export async function storm(): Promise<void> {
  const empty = await emptyScript();
  const rows: string[][] = [];
  for (const size of SIZES) rows.push(...(await round(size, empty)));
  const head = ['verb', 'at once', 'EC2 calls', 'wall', 'CPU each', 'CPU / empty script', 'worst'];
  console.log(
    `EC2 answers in ${EC2_MS} ms. An empty script on the same Node: ${empty.toFixed(0)} ms of CPU.\n`,
  );
  console.log(`| ${head.join(' | ')} |\n|${head.map(() => '---').join('|')}|`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}

/** CPU of the runtime alone: what every figure is to be held against. */
async function emptyScript(): Promise<number> {
  const runs: number[] = [];
  for (let run = 0; run < EMPTY_RUNS; run++) {
    runs.push((await runMeasured([process.execPath, '-e', ''], { PATH: process.env['PATH'] }, '')).cpuMs);
  }
  return median(runs);
}

async function round(size: number, empty: number): Promise<string[][]> {
  const [interfaceName, mac] = anInterface();
  const seed = defaultSeed({ primary: '02:00:00:00:00:99', secondary: mac });
  const instances = seed.instances.map((instance) => ({ ...instance, type: 'm5.24xlarge' }));
  await using aws = await startAws({ seed: { ...seed, instances } });
  aws.latency(EC2_MS);
  const dataDir = mkdtempSync(join(tmpdir(), 'eni-local-bench-'));
  const range = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.199' };
  const ipam = { type: 'eni-local', dataDir, ranges: [[range]] };
  const stdin = JSON.stringify({
    cniVersion: '1.0.0',
    name: 'bench',
    type: 'ipvlan',
    master: interfaceName,
    ipam,
  });

  const rows: string[][] = [];
  for (const command of ['ADD', 'DEL']) {
    aws.clearJournal();
    const start = performance.now();
    const done = await Promise.all(
      Array.from({ length: size }, (_, index) => {
        const env = {
          CNI_COMMAND: command,
          CNI_CONTAINERID: `pod-${index}`,
          CNI_NETNS: '/var/run/netns/none',
          CNI_IFNAME: 'net1',
          CNI_PATH: '/opt/cni/bin',
          PATH: process.env['PATH'],
          ...aws.environment(),
        };
        return runMeasured([EXECUTABLE], env, stdin);
      }),
    );
    rows.push(describe(command, size, aws.calls(), performance.now() - start, done, empty));
  }
  rmSync(dataDir, { recursive: true });
  return rows;
}

function describe(
  command: string,
  size: number,
  calls: number,
  wallMs: number,
  done: readonly Measured[],
  empty: number,
): string[] {
  const failed = done.find(({ status }) => status !== 0);
  if (failed) throw new Error(`${command} failed: ${failed.stdout}`);
  const cpu = done.map(({ cpuMs }) => cpuMs);
  const each = cpu.reduce((sum, one) => sum + one, 0) / size;
  return [
    command,
    String(size),
    String(calls),
    `${(wallMs / 1000).toFixed(2)} s`,
    `${each.toFixed(0)} ms`,
    (each / empty).toFixed(2),
    `${Math.max(...cpu).toFixed(0)} ms`,
  ];
}

function anInterface(): [name: string, mac: string] {
  for (const name of ['eth0', 'ens5', 'enp0s3', 'lo']) {
    try {
      return [name, readFileSync(`/sys/class/net/${name}/address`, 'utf8').trim()];
    } catch {}
  }
  throw new Error('This host has no interface whose MAC could stand for an ENI');
}
