/** What the world outside knows: which attachments were answered what, and what others did to our ENI. */
import type { Attachment } from '../../src/model.ts';
import { isOf, NETWORKS, type NetworkName } from './networks.ts';

/** An attachment that some ADD was for. */
export interface Entry {
  readonly attachment: Attachment & { readonly network: NetworkName };
  readonly pod: string;
  /** What ADD answered last, until a DEL is tried or its sandbox is gone. */
  answered: readonly string[];
}

export const isOnEni = ({ attachment }: Entry): boolean => NETWORKS[attachment.network].isOnEni;

export class Ledger {
  readonly #entries = new Map<string, Entry>();
  readonly #generations = new Map<string, number>();
  /** Addresses on our ENI that somebody else put there. */
  readonly planted = new Set<string>();
  /** Addresses of ours that somebody else took off our ENI, until EC2 gives them to us again. */
  readonly stolen = new Set<string>();

  /** The other ENI is attached to nothing any more. */
  isOtherDetached = false;

  /** Whether somebody else put the address on our ENI, be it with a prefix. */
  isPlanted(address: string): boolean {
    return [...this.planted].some((one) => one === address || (one.includes('/') && isOf(one, address)));
  }

  /** Whether somebody else took the address or prefix off our ENI. */
  isStolen(address: string): boolean {
    return this.stolen.has(address);
  }

  get entries(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  /** The container that the pod has now. */
  containerOf(pod: string): string {
    return `${pod}-${this.#generations.get(pod) ?? 1}`;
  }

  /** The runtime makes the pod a new container. */
  renew(pod: string): void {
    this.#generations.set(pod, (this.#generations.get(pod) ?? 1) + 1);
  }

  entryOf(network: NetworkName, pod: string): Entry {
    const container = this.containerOf(pod);
    const key = `${network} ${container}`;
    const entry = this.#entries.get(key) ?? {
      attachment: { network, container, interface: 'net1' },
      pod,
      answered: [],
    };
    this.#entries.set(key, entry);
    return entry;
  }

  /** What live pods were told, and have a right to find on the ENI. */
  promises(): readonly { readonly entry: Entry; readonly address: string }[] {
    return this.entries.flatMap((entry) => entry.answered.map((address) => ({ entry, address })));
  }

  /** The container's sandbox is gone, and its attachments with it; its pod gets another one. */
  bury(container: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.attachment.container !== container) continue;
      entry.answered = [];
      if (this.containerOf(entry.pod) === container) this.renew(entry.pod);
    }
  }
}
