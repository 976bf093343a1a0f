/** Calls a main plugin as container runtimes do: the whole configuration, and what ADD answered. */
import assert from 'node:assert/strict';
import { type Machine, must, quote, type Ran } from './machine.ts';
import type { Pod } from './pod.ts';

/** The executable under test, as scripts/e2e names it: another build may be held to the same beds. */
const EXECUTABLE = process.env['ENI_LOCAL_EXECUTABLE'] ?? '';
/** Where the runtimes find `eni-local`, and Debian's plugins. */
export const PLUGIN_FOLDERS = ['/run/cni', '/usr/lib/cni'];
export const STATE = '/var/lib/cni/eni-local';

export type Network = Readonly<Record<string, unknown>> & { readonly type: string; readonly name: string };

/** The addresses of an ADD's answer, without their prefix lengths. */
export function addressesIn(answer: string): readonly string[] {
  const { ips } = JSON.parse(answer) as { readonly ips: readonly { readonly address: string }[] };
  return ips.map(({ address }) => address.replace(/\/.*/, ''));
}

/** Which interface of the pod, and what the runtime tells of it. */
export interface Attachment {
  readonly interface?: string;
  /** The pod's name, unless the pod has a new sandbox. */
  readonly container?: string;
  readonly args?: string;
}

/**
 * Puts the executable where runtimes look for it. With an environment, a script that brings it stands
 * in front, for runtimes that start plugins without their own.
 */
export async function putExecutable(machine: Machine, env?: Record<string, string>): Promise<void> {
  const lines = Object.entries(env ?? {}).map(([name, value]) => `export ${name}=${quote(value)}`);
  const script = ['#!/bin/sh', ...lines, `exec ${quote(EXECUTABLE)} "$@"`, ''].join('\n');
  const place = env
    ? `printf %s ${quote(script)} > /run/cni/eni-local; chmod +x /run/cni/eni-local`
    : `ln -sf ${quote(EXECUTABLE)} /run/cni/eni-local`;
  await must(machine, `mkdir -p /run/cni; ${place}`);
}

export class Runtime {
  readonly #machine: Machine;
  readonly #env: Record<string, string>;
  readonly #results = new Map<string, unknown>();

  private constructor(machine: Machine, env: Record<string, string>) {
    this.#machine = machine;
    this.#env = env;
  }

  /** `env` says where EC2 and IMDS are. */
  static async on(machine: Machine, env: Record<string, string>): Promise<Runtime> {
    await putExecutable(machine);
    return new Runtime(machine, env);
  }

  /** What stands before the plugin's name on a command line. */
  environment(command: string, pod: Pod, { interface: name = 'net1', container, args }: Attachment): string {
    const variables = {
      ...this.#env,
      CNI_COMMAND: command,
      CNI_CONTAINERID: container ?? pod.name,
      CNI_NETNS: pod.netns,
      CNI_IFNAME: name,
      CNI_PATH: PLUGIN_FOLDERS.join(':'),
      ...(args === undefined ? {} : { CNI_ARGS: args }),
    };
    return Object.entries(variables)
      .map(([key, value]) => `${key}=${quote(value)}`)
      .join(' ');
  }

  /** One call; ADD's answer goes into the calls that follow for the same attachment. */
  async call(command: string, pod: Pod, network: Network, attachment: Attachment = {}): Promise<Ran> {
    const key = [network.name, attachment.container ?? pod.name, attachment.interface].join(' ');
    const prevResult = command === 'ADD' ? undefined : this.#results.get(key);
    const environment = this.environment(command, pod, attachment);
    const config = quote(JSON.stringify({ ...network, prevResult }));
    const ran = await this.#machine.run(
      `printf %s ${config} | ${environment} /usr/lib/cni/${network.type}`,
      60_000,
    );
    if (command === 'ADD' && ran.status === 0) this.#results.set(key, JSON.parse(ran.stdout));
    return ran;
  }

  /** An ADD that must succeed; answers the addresses. */
  async add(pod: Pod, network: Network, attachment: Attachment = {}): Promise<readonly string[]> {
    return addressesIn((await this.#mustCall('ADD', pod, network, attachment)).stdout);
  }

  async check(pod: Pod, network: Network, attachment: Attachment = {}): Promise<void> {
    await this.#mustCall('CHECK', pod, network, attachment);
  }

  async del(pod: Pod, network: Network, attachment: Attachment = {}): Promise<void> {
    const { stdout } = await this.#mustCall('DEL', pod, network, attachment);
    assert.equal(stdout, '', 'DEL answers nothing');
  }

  async #mustCall(command: string, pod: Pod, network: Network, attachment: Attachment): Promise<Ran> {
    const ran = await this.call(command, pod, network, attachment);
    assert.equal(ran.status, 0, `${command} of ${pod.name} failed: ${ran.stdout}${ran.stderr}`);
    return ran;
  }
}
