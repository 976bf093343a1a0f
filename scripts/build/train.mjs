// Makes the parts' code caches by letting the program do what it does for pods, against the emulator.
// What V8 had to compile for that is in the caches, and need not be compiled again on any node.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAws } from '../../test/aws/aws.ts';
import { defaultSeed } from '../../test/aws/cloud/seed.ts';
import { OPTIONS } from './options.mjs';

/** Every host has this interface, and its MAC is known. */
const MASTER = { master: 'lo', mac: '00:00:00:00:00:00' };
const ADDRESS = '10.10.0.80';
const VERBS = ['ADD', 'CHECK', 'DEL'];

/** V8 hashes strings by a random seed, unless it is given one: then the same sources make the same caches. */
const LEARNING = ['--random-seed=1'];

/** Leaves a `.cache` beside each `.js` in the folder of parts; `node` is the Node that they are for. */
export async function train(folder, node) {
  const dataDir = await mkdtemp(join(tmpdir(), 'eni-local-training-'));
  const seed = defaultSeed({ secondary: MASTER.mac });
  const reservations = [{ id: 'scr-01', cidr: `${ADDRESS}/32`, type: 'explicit' }];
  const aws = await startAws({
    seed: { ...seed, subnets: seed.subnets.map((subnet) => ({ ...subnet, reservations })) },
  });
  const range = { subnet: '10.10.0.0/24', rangeStart: ADDRESS, rangeEnd: ADDRESS };
  const ipam = { dataDir, ranges: [[range]], routes: [{ dst: '10.20.0.0/16' }] };
  try {
    // The ranges of the last are had from the VPC.
    for (const fields of [{}, { eni: { assign: false } }, { ranges: [] }]) {
      for (const verb of VERBS) await teach(verb, { ...ipam, ...fields }, LEARNING, ['keep']);
    }
    // Node as it will run takes the caches, or this fails.
    for (const verb of VERBS) await teach(verb, ipam, OPTIONS, []);
  } finally {
    await aws.close();
    await rm(dataDir, { recursive: true });
  }

  async function teach(verb, settings, options, words) {
    const prevResult = { cniVersion: '1.0.0', ips: [{ address: `${ADDRESS}/24` }] };
    const network = {
      cniVersion: '1.0.0',
      name: settings.eni ? 'local' : 'pods',
      type: 'ipvlan',
      master: MASTER.master,
      ipam: settings,
      ...(verb === 'CHECK' ? { prevResult } : {}),
    };
    const env = {
      CNI_COMMAND: verb,
      CNI_CONTAINERID: 'pod',
      CNI_NETNS: '/proc/self/ns/net',
      CNI_IFNAME: 'net1',
      CNI_PATH: '/opt/cni/bin',
      CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web;K8S_POD_UID=1',
      ...aws.environment(),
    };
    const lesson = join(import.meta.dirname, 'lesson.cjs');
    const child = spawn(node, [...options, lesson, folder, ...words], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const output = child.stdout.setEncoding('utf8').toArray();
    child.stdin.end(JSON.stringify(network));
    const [status] = await once(child, 'close');
    if (status !== 0) throw new Error(`The training failed: ${verb} said ${(await output).join('')}`);
  }
}
