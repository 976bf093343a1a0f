/** Calls lists of plugins as container runtimes do, by their own library. */
import assert from 'node:assert/strict';
import { type Machine, must, quote, type Ran } from '../bed/machine.ts';
import type { Pod } from '../bed/pod.ts';
import { addressesIn, PLUGIN_FOLDERS, putExecutable } from '../bed/runtime.ts';

const FOLDER = '/run/cni/net.d';

export interface NetworkList {
  readonly cniVersion: string;
  readonly name: string;
  readonly plugins: readonly Readonly<Record<string, unknown>>[];
}

export interface ListCall {
  readonly interface?: string;
  /** CNI_ARGS, and the arguments of capabilities. */
  readonly env?: Readonly<Record<string, string>>;
}

export class ListRuntime {
  readonly #machine: Machine;
  readonly #program: string;
  readonly #env: Record<string, string>;

  private constructor(machine: Machine, program: string, env: Record<string, string>) {
    this.#machine = machine;
    this.#program = program;
    this.#env = { ...env, NETCONFPATH: FOLDER, CNI_PATH: PLUGIN_FOLDERS.join(':') };
  }

  /** `program` is what {@link buildRuntime} makes, `env` says where EC2 and IMDS are. */
  static async on(
    machine: Machine,
    program: string,
    env: Record<string, string>,
    lists: readonly NetworkList[],
  ): Promise<ListRuntime> {
    await putExecutable(machine);
    await must(machine, `mkdir -p ${FOLDER}`);
    for (const list of lists) {
      await must(machine, `printf %s ${quote(JSON.stringify(list))} > ${FOLDER}/${list.name}.conflist`);
    }
    return new ListRuntime(machine, program, env);
  }

  call(
    verb: string,
    pod: Pod,
    list: NetworkList,
    { interface: name = 'net1', env }: ListCall = {},
  ): Promise<Ran> {
    const variables = Object.entries({ ...this.#env, ...env }).map(
      ([key, value]) => `${key}=${quote(value)}`,
    );
    return this.#machine.run(
      `${variables.join(' ')} ${this.#program} ${verb} ${list.name} ${pod.name} ${pod.netns} ${name}`,
      60_000,
    );
  }

  /** An ADD that must succeed; answers the addresses. */
  async add(pod: Pod, list: NetworkList, how: ListCall = {}): Promise<readonly string[]> {
    return addressesIn(await this.#mustCall('add', pod, list, how));
  }

  async check(pod: Pod, list: NetworkList, how: ListCall = {}): Promise<void> {
    await this.#mustCall('check', pod, list, how);
  }

  async del(pod: Pod, list: NetworkList, how: ListCall = {}): Promise<void> {
    await this.#mustCall('del', pod, list, how);
  }

  async #mustCall(verb: string, pod: Pod, list: NetworkList, how: ListCall): Promise<string> {
    const { status, stdout, stderr } = await this.call(verb, pod, list, how);
    assert.equal(status, 0, `${verb} of ${pod.name}: ${stdout}${stderr}`);
    return stdout;
  }
}
