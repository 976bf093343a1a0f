/** A virtual machine: a kernel of its own in User-Mode Linux, on this machine's files. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Machine, Ran } from '../bed/machine.ts';
import { SerialLine } from './serial-line.ts';

export interface VmOptions {
  /** The namespace in which the ends of the VM's wires are. */
  readonly netns: string;
  /** The VM's interfaces: eth0 and so on. */
  readonly wires: readonly { readonly end: string; readonly mac: string }[];
  /** A file with an ext4 file system, which the VM has on /var/lib/cni. */
  readonly disk?: string;
}

/** What a machine must have to run one. */
export const VM_FILES = ['/usr/bin/linux.uml', '/bin/busybox'];

const INIT = fileURLToPath(new URL('init', import.meta.url));
const BOOT_MS = 60_000;

export class Vm implements Machine, AsyncDisposable {
  readonly #kernel: ChildProcess;
  readonly #line: SerialLine;
  /** One script at a time: the serial line is one. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(kernel: ChildProcess) {
    this.#kernel = kernel;
    this.#line = new SerialLine(kernel);
  }

  /** Resolves when the machine takes scripts. */
  static async boot({ netns, wires, disk }: VmOptions): Promise<Vm> {
    const folder = mkdtempSync(join(tmpdir(), 'vm-'));
    const words = [
      'linux.uml',
      'mem=640M',
      'rootfstype=hostfs',
      'rootflags=/',
      'ro',
      'quiet',
      `init=${INIT}`,
      'con=null',
      'con0=null,fd:2',
      'ssl=null',
      'ssl0=fd:0,fd:1',
      `uml_dir=${folder}/`,
      'umid=vm',
      ...wires.map(({ end, mac }, index) => `vec${index}:transport=raw,ifname=${end},mac=${mac}`),
      // What the kernel does not know goes into the environment of the first process.
      'MODULES=ipvlan,macvlan,veth,ext4',
      ...(disk === undefined ? [] : [`ubd0=${disk}`, 'DISK=/dev/ubda']),
    ];
    // In a group of its own, since one virtual machine is many processes.
    const kernel = spawn('nsenter', [`--net=/run/netns/${netns}`, ...words], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const told: string[] = [];
    kernel.stderr.setEncoding('utf8').on('data', (text: string) => told.push(text));
    const vm = new Vm(kernel);
    try {
      const first = await vm.#line.readLine(BOOT_MS);
      if (first !== 'ready') throw new Error(`it began with ${first}`);
    } catch (error) {
      await vm.cutPower();
      throw new Error(`The virtual machine does not boot: ${told.join('')}`, { cause: error });
    }
    const names = wires.map((_, index) => `ip link set vec${index} name eth${index}`);
    await vm.run(names.join('\n'));
    return vm;
  }

  run(script: string, timeoutMs = 60_000): Promise<Ran> {
    const ran = this.#last.then(() => this.#line.ask(script, timeoutMs));
    this.#last = ran.catch(() => {});
    return ran;
  }

  /** Nothing is written any more, and nobody is told. */
  async cutPower(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#kernel;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const gone = once(this.#kernel, 'exit');
    process.kill(-pid, 'SIGKILL');
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cutPower();
  }
}

export const bootId = async (machine: Machine): Promise<string> =>
  (await machine.run('cat /proc/sys/kernel/random/boot_id')).stdout.trim();
