/** The life of some pods, as a runtime that is often killed leads it; what must hold is kept in mind. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../aws/random.ts';
import type { Disturbances } from './disturbances.ts';
import type { Host } from './host.ts';
import type { Holding } from './invariants.ts';
import type { Call, CniReply } from './node.ts';

/** A network that pods may be on; `eni` is missing where addresses are not assigned to one. */
export interface Network {
  readonly name: string;
  readonly eni?: string;
  readonly fields: Record<string, unknown>;
}

export interface Circumstances {
  readonly networks: readonly Network[];
  readonly disturbances: Disturbances;
  readonly random: Random;
  /** Where network namespaces lie. */
  readonly folder: string;
  /** Hears every deed and what became of it. */
  readonly tell: (line: string) => void;
}

interface Pod {
  readonly container: string;
  readonly network: Network;
  readonly netns: string;
  readonly uid: string | undefined;
  /** The answer of its ADD while it lives; undefined when nobody can say how far it got. */
  answer?: CniReply | undefined;
}

type Deed = 'ADD' | 'DEL' | 'CHECK';

/** What may be answered while AWS has trouble, and when the ranges are full. */
const EXCUSES: Readonly<Record<Deed, readonly number[]>> = { ADD: [11, 100], DEL: [11], CHECK: [11] };
/** What a deed asks of EC2. */
const LANDINGS: Readonly<Partial<Record<Deed, string>>> = {
  ADD: 'AssignPrivateIpAddresses',
  DEL: 'UnassignPrivateIpAddresses',
};
const MOST_PODS = 3;

/** One lane of a node's life: its deeds follow each other, and lanes run at the same time. */
export class Life {
  readonly #name: string;
  readonly #host: Host;
  readonly #networks: readonly Network[];
  readonly #disturbances: Disturbances;
  readonly #random: Random;
  readonly #folder: string;
  readonly #tell: (line: string) => void;
  readonly #pods = new Set<Pod>();
  #born = 0;

  constructor(name: string, host: Host, circumstances: Circumstances) {
    this.#name = name;
    this.#host = host;
    this.#networks = circumstances.networks;
    this.#disturbances = circumstances.disturbances;
    this.#random = circumstances.random;
    this.#folder = circumstances.folder;
    this.#tell = (line) => circumstances.tell(`${name} ${line}`);
  }

  /** What the pods of this lane were told is theirs, and nobody has taken back. */
  holdings(): readonly Holding[] {
    return [...this.#pods].flatMap(({ container, network: { name, eni }, answer }) =>
      answer ? { network: name, container, address: addressIn(answer), ...(eni ? { eni } : {}) } : [],
    );
  }

  /** One random deed. @throws Error when the answer may not be. */
  async live(): Promise<void> {
    const fault = this.#disturbances.disturb(this.#random);
    if (fault) this.#tell(`fault: ${fault}`);
    const pods = [...this.#pods];
    const pod = pods[this.#random.below(MOST_PODS)];
    if (!pod) return await this.#add(this.#bear());
    if (!pod.answer) return await this.#goOn(pod);
    switch (this.#random.below(8)) {
      case 0:
        return await this.#add(pod);
      case 1:
      case 2:
        return void (await this.#do('CHECK', pod));
      case 3:
        return this.#vanish(pod);
      case 4:
        return await this.#comeBack(pod);
      default:
        return await this.#del(pod);
    }
  }

  /** The node is drained: every pod goes, with a DEL or without. */
  async end(): Promise<void> {
    for (const pod of this.#pods) {
      if (this.#random.below(3) === 0) this.#vanish(pod);
      else await this.#del(pod);
    }
    for (const pod of this.#pods) this.#vanish(pod);
  }

  #bear(): Pod {
    this.#born += 1;
    const uid = this.#random.below(2) === 0 ? `uid-${this.#name}-${this.#born}` : undefined;
    return this.#makePod(this.#networks[this.#random.below(this.#networks.length)] as Network, uid);
  }

  #makePod(network: Network, uid: string | undefined): Pod {
    this.#born += 1;
    const container = `${this.#name}-${this.#born}`;
    const pod = { container, network, netns: join(this.#folder, container), uid };
    writeFileSync(pod.netns, '');
    this.#pods.add(pod);
    return pod;
  }

  async #add(pod: Pod): Promise<void> {
    const before = pod.answer;
    const reply = await this.#do('ADD', pod);
    // A repeated ADD that fails has taken nothing away; who was never told anything has nothing.
    pod.answer = reply ?? before;
    if (before && reply && addressIn(before) !== addressIn(reply))
      throw new Error(`${pod.container} had ${addressIn(before)} and was told ${addressIn(reply)}`);
  }

  async #del(pod: Pod): Promise<void> {
    // From here on its address may go at any moment.
    pod.answer = undefined;
    const reply = await this.#do('DEL', pod);
    if (!reply) return;
    if (this.#random.below(4) === 0) await this.#do('DEL', pod);
    this.#forget(pod);
  }

  /** After a death or a failure: the runtime cleans up, or tries again, or is never heard of. */
  async #goOn(pod: Pod): Promise<void> {
    const choice = this.#random.below(5);
    if (choice === 0) this.#vanish(pod);
    else if (choice === 1) await this.#add(pod);
    else await this.#del(pod);
  }

  /** The sandbox is gone, and no DEL ever comes. */
  #vanish(pod: Pod): void {
    this.#tell(`${pod.container} vanishes`);
    this.#forget(pod);
  }

  /** The same pod with a new sandbox; the old one gets no DEL. */
  async #comeBack(pod: Pod): Promise<void> {
    this.#vanish(pod);
    await this.#add(this.#makePod(pod.network, pod.uid));
  }

  #forget(pod: Pod): void {
    rmSync(pod.netns, { force: true });
    this.#pods.delete(pod);
  }

  /** Answers what the runtime hears, or undefined when it hears nothing good. */
  async #do(deed: Deed, pod: Pod): Promise<CniReply | undefined> {
    const call: Call = {
      netns: pod.netns,
      network: { ...pod.network.fields, ...(deed === 'CHECK' ? { prevResult: pod.answer } : {}) },
      ...(pod.uid ? { args: `IgnoreUnknown=1;K8S_POD_UID=${pod.uid}` } : {}),
    };
    this.#tell(`${deed} ${pod.container} on ${pod.network.name}`);
    const isToDie = this.#random.below(5) === 0;
    const slow = LANDINGS[deed];
    if (isToDie && slow && this.#random.below(3) === 0)
      this.#tell(`fault: ${this.#disturbances.delayLanding(slow, this.#random)}`);
    const { child, gone } = this.#host.node.start(deed, pod.container, call);
    const timer = isToDie ? setTimeout(() => child.kill('SIGKILL'), this.#random.below(500)) : undefined;
    const { status, signal, stdout, stderr } = await gone;
    clearTimeout(timer);
    if (signal) {
      this.#tell(`${deed} ${pod.container} was killed`);
      return undefined;
    }

    const reply = stdout === '' ? {} : (JSON.parse(stdout) as CniReply);
    const heard = reply.ips ? addressIn(reply) : (reply.msg ?? '');
    this.#tell(`${deed} ${pod.container}: ${status} ${heard}`);
    if (status === 0) return reply;
    if (EXCUSES[deed].includes(reply.code ?? 0)) return undefined;
    throw new Error(`${deed} of ${pod.container} may not answer ${stdout}${stderr}`);
  }
}

const addressIn = ({ ips }: CniReply): string => (ips?.[0]?.address ?? '').replace(/\/.*/, '');
