/** A pod's network namespace on a machine, and what is to be seen from inside. */
import { type Machine, must } from './machine.ts';

/** As `ip` prints it. */
interface Link {
  readonly ifname: string;
  readonly addr_info: readonly { readonly family: string; readonly local: string }[];
}

export class Pod {
  readonly machine: Machine;
  readonly name: string;
  readonly netns: string;

  private constructor(machine: Machine, name: string) {
    this.machine = machine;
    this.name = name;
    this.netns = `/run/netns/${name}`;
  }

  static async create(machine: Machine, word: string): Promise<Pod> {
    const pod = new Pod(machine, `pod-${word}`);
    await must(machine, `ip netns add ${pod.name}; nsenter --net=${pod.netns} ip link set lo up`);
    return pod;
  }

  static createAll<Words extends readonly string[]>(machine: Machine, ...words: Words) {
    const pods = Promise.all(words.map((word) => Pod.create(machine, word)));
    return pods as Promise<{ [Index in keyof Words]: Pod }>;
  }

  /** A test that fails must not leave its pods to the next. */
  static async removeAll(machine: Machine): Promise<void> {
    await must(machine, 'for pod in $(ip netns | grep -o "^pod-[^ ]*"); do ip netns delete $pod; done');
  }

  /** The namespace goes as kubelet takes it: after DEL, or without one. */
  async remove(): Promise<void> {
    await must(this.machine, `ip netns delete ${this.name}`);
  }

  /** Runs in the pod's network alone: `ip netns exec` would bring other mounts. */
  enter(command: string): Promise<string> {
    return must(this.machine, `nsenter --net=${this.netns} ${command}`);
  }

  /** The pod's interfaces by name, without loopback, each with its IPv4 addresses. */
  async interfaces(): Promise<Record<string, readonly string[]>> {
    const links = JSON.parse(await this.enter('ip -json address')) as readonly Link[];
    return Object.fromEntries(
      links
        .filter(({ ifname }) => ifname !== 'lo')
        .map(({ ifname, addr_info }) => [
          ifname,
          addr_info.filter(({ family }) => family === 'inet').map(({ local }) => local),
        ]),
    );
  }

  /** Whether an answer comes. */
  async reaches(target: string): Promise<boolean> {
    const ping = `nsenter --net=${this.netns} ping -n -c 1 -W 2 ${target}`;
    // The first packet may be lost to neighbours that do not know each other yet.
    const { status } = await this.machine.run(`${ping} || ${ping}`);
    return status === 0;
  }
}
