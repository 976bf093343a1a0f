/** What Multus does for a pod: its networks in order, back in reverse, with the arguments that it sends. */
import type { Ran } from '../bed/machine.ts';
import type { Pod } from '../bed/pod.ts';
import type { Network, Runtime } from '../bed/runtime.ts';

/** A pod as the API server knows it, whatever sandbox it has at the moment. */
export interface KubernetesPod {
  readonly name: string;
  readonly uid: string;
}

/** One of the pod's networks: net1, net2 and so on, in this order. */
export interface Selection {
  readonly network: Network;
  /** `ips` of the pod's annotation. */
  readonly ips?: readonly string[];
}

export class Multus {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Adds all networks. When one fails, takes back it and those before it, in reverse, and answers why. */
  async add(pod: KubernetesPod, sandbox: Pod, selections: readonly Selection[]): Promise<Ran | undefined> {
    for (const [index, { network }] of selections.entries()) {
      const ran = await this.#runtime.call('ADD', sandbox, network, attach(pod, sandbox, selections, index));
      if (ran.status === 0) continue;
      await this.del(pod, sandbox, selections.slice(0, index + 1));
      return ran;
    }
    return undefined;
  }

  /** Takes back all networks, the last first, and goes on past those that fail. */
  async del(pod: KubernetesPod, sandbox: Pod, selections: readonly Selection[]): Promise<void> {
    const failed: string[] = [];
    for (const [index, { network }] of [...selections.entries()].toReversed()) {
      const ran = await this.#runtime.call('DEL', sandbox, network, attach(pod, sandbox, selections, index));
      if (ran.status !== 0) failed.push(`net${index + 1}: ${ran.stdout}${ran.stderr}`);
    }
    if (failed.length > 0) throw new Error(`DEL of ${pod.name} failed: ${failed.join('\n')}`);
  }
}

/** Multus' own keys come first, then once more those that containerd gave it, and last the addresses. */
function attach(pod: KubernetesPod, sandbox: Pod, selections: readonly Selection[], index: number) {
  const { ips = [] } = selections[index] ?? {};
  const args = [
    'IgnoreUnknown=true',
    'K8S_POD_NAMESPACE=default',
    `K8S_POD_NAME=${pod.name}`,
    `K8S_POD_INFRA_CONTAINER_ID=${sandbox.name}`,
    `K8S_POD_UID=${pod.uid}`,
    `K8S_POD_UID=${pod.uid}`,
    'IgnoreUnknown=1',
    'K8S_POD_NAMESPACE=default',
    `K8S_POD_NAME=${pod.name}`,
    `K8S_POD_INFRA_CONTAINER_ID=${sandbox.name}`,
    ...(ips.length === 0 ? [] : [`IP=${ips.join(',')}`]),
  ];
  return { interface: `net${index + 1}`, args: args.join(';') };
}
