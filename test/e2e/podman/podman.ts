/** podman with its CNI backend, on folders and settings of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { here, must, quote, type Ran } from '../bed/machine.ts';
import { PLUGIN_FOLDERS, putExecutable } from '../bed/runtime.ts';
import { makeBusyboxRoot } from '../containers/busybox-root.ts';

const FOLDER = '/run/podman';

/** This machine may have no cgroup to give, nor the right to raise limits or filter system calls. */
const MODEST = [
  '--cgroups=disabled',
  '--security-opt=seccomp=unconfined',
  '--ulimit=nofile=1024:1024',
  '--ulimit=nproc=1024:1024',
];

export class Podman {
  readonly #env: string;
  readonly #root: string;

  private constructor(env: Record<string, string>, root: string) {
    this.#env = Object.entries(env)
      .map(([key, value]) => `${key}=${quote(value)}`)
      .join(' ');
    this.#root = root;
  }

  /** `env` says where EC2 and IMDS are. */
  static async start(env: Record<string, string>, network: { readonly name: string }): Promise<Podman> {
    await putExecutable(here, env);
    mkdirSync(`${FOLDER}/networks`, { recursive: true });
    const list = (words: readonly string[]) => JSON.stringify(words);
    const settings = {
      'containers.conf': [
        '[engine]',
        'cgroup_manager = "cgroupfs"',
        'events_logger = "file"',
        '[network]',
        'network_backend = "cni"',
        `cni_plugin_dirs = ${list(PLUGIN_FOLDERS)}`,
        `network_config_dir = "${FOLDER}/networks"`,
      ],
      'storage.conf': [
        '[storage]',
        'driver = "vfs"',
        `runroot = "${FOLDER}/run"`,
        `graphroot = "${FOLDER}/graph"`,
      ],
      [`networks/${network.name}.conflist`]: [JSON.stringify(network)],
    };
    for (const [name, lines] of Object.entries(settings)) {
      writeFileSync(`${FOLDER}/${name}`, `${lines.join('\n')}\n`);
    }
    // podman takes a cgroup2 beside cgroups of version 1 for something that it can use.
    await must(
      here,
      'for unified in /sys/fs/cgroup/unified; do ! mountpoint -q $unified || umount $unified; done',
    );
    const root = await makeBusyboxRoot(`${FOLDER}/root`);
    const settingsEnv = {
      CONTAINERS_CONF: `${FOLDER}/containers.conf`,
      CONTAINERS_STORAGE_CONF: `${FOLDER}/storage.conf`,
    };
    return new Podman(settingsEnv, root);
  }

  /** Starts a container that does nothing. */
  run(name: string, network: string): Promise<Ran> {
    const words = ['run', '--detach', `--name=${name}`, `--network=${network}`, ...MODEST];
    return this.call(...words, '--rootfs', this.#root, 'sleep', '600');
  }

  call(...words: readonly string[]): Promise<Ran> {
    return here.run(`${this.#env} podman ${words.map(quote).join(' ')}`, 60_000);
  }

  async must(...words: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.call(...words);
    if (status !== 0) throw new Error(`podman ${words.join(' ')} ended with ${status}: ${stdout}${stderr}`);
    return stdout;
  }

  /** The address that podman tells of a container. */
  async addressOf(name: string): Promise<string> {
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    return (await this.must('inspect', `--format=${format}`, name)).trim();
  }
}
