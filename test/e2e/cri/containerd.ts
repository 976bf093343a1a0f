/** A containerd of the bed's own, as kubelet has one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { here, must } from '../bed/machine.ts';
import { putExecutable } from '../bed/runtime.ts';
import { Cri } from './cri.ts';
import { makeSandboxImage, SANDBOX_IMAGE } from './sandbox-image.ts';

const FOLDER = '/run/containerd-of-bed';
const SOCKET = `${FOLDER}/containerd.sock`;
const LOG = `${FOLDER}/log`;
const START_MS = 30_000;

/** The bed may have no right to change what the settings with `disable` and `restrict` are about. */
const settings = `
version = 2
root = "${FOLDER}/root"
state = "${FOLDER}/state"
[grpc]
  address = "${SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${SANDBOX_IMAGE}"
  disable_apparmor = true
  disable_cgroup = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/run/cni"
    conf_dir = "${FOLDER}/net.d"
`;

export interface Containerd extends AsyncDisposable {
  readonly cri: Cri;
}

/** Starts it with one network; `env` says where EC2 and IMDS are. */
export async function startContainerd(
  env: Record<string, string>,
  network: { readonly name: string },
): Promise<Containerd> {
  await putExecutable(here);
  // containerd looks for plugins in one folder.
  await must(here, 'ln -sf /usr/lib/cni/* /run/cni/');
  mkdirSync(`${FOLDER}/net.d`, { recursive: true });
  writeFileSync(`${FOLDER}/config.toml`, settings);
  writeFileSync(`${FOLDER}/net.d/10-${network.name}.conflist`, JSON.stringify(network));

  const log = openSync(LOG, 'a');
  const daemon = spawn('containerd', ['--config', `${FOLDER}/config.toml`], {
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  });
  await whenServing(() => daemon.exitCode === null);
  const archive = await makeSandboxImage(FOLDER);
  await must(
    here,
    `ctr --address ${SOCKET} --namespace k8s.io images import --snapshotter native ${archive}`,
  );
  const cri = new Cri(SOCKET);
  return {
    cri,
    async [Symbol.asyncDispose]() {
      cri[Symbol.dispose]();
      daemon.kill('SIGTERM');
      if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit');
    },
  };
}

async function whenServing(isAlive: () => boolean): Promise<void> {
  const end = Date.now() + START_MS;
  for (;;) {
    using cri = new Cri(SOCKET);
    const version = await cri.version().catch(() => undefined);
    if (version !== undefined) return;
    if (!isAlive() || Date.now() > end)
      throw new Error(`containerd does not start: ${readFileSync(LOG, 'utf8')}`);
    await pause(100);
  }
}
