/** The actors of an account, at work until they are stopped. */
import { findEni } from '../cloud/find.ts';
import { detachEni, removeEni } from '../cloud/interfaces.ts';
import { Random } from '../random.ts';
import type { Actor } from './actor.ts';
import { Hands, type HandsParts } from './hands.ts';
import { mover } from './mover.ts';
import { vpcCni } from './vpc-cni.ts';

export type CompanyParts = HandsParts & {
  readonly randomSeed: number;
  /** Aborts when the emulator closes. */
  readonly closing: AbortController;
};

export class Company {
  readonly #parts: CompanyParts;
  #hired = 0;
  #stopping = new AbortController();

  constructor(parts: CompanyParts) {
    this.#parts = parts;
  }

  /** The ENI that the actor works on must be there. */
  start(actor: Actor): void {
    const { cloud, closing, randomSeed } = this.#parts;
    findEni(cloud.state, actor.eniId);
    if (!(actor.everyMs > 0)) throw new TypeError('everyMs must be more than 0');
    this.#hired += 1;
    const hands = new Hands(actor.kind, this.#parts, new Random(randomSeed + this.#hired));
    const signal = AbortSignal.any([closing.signal, this.#stopping.signal]);
    void this.#work(stepOf(actor, hands), actor, signal);
  }

  /** No step is made any more; who is started next draws like the first one. */
  stop(): void {
    this.#stopping.abort();
    this.#stopping = new AbortController();
    this.#hired = 0;
  }

  async #work(
    step: () => void,
    { everyMs, times = Number.POSITIVE_INFINITY }: Actor,
    signal: AbortSignal,
  ): Promise<void> {
    for (let done = 0; done < times; done += 1) {
      try {
        await this.#parts.clock.sleep(everyMs, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
      if (signal.aborted) return;
      step();
    }
  }
}

function stepOf(actor: Actor, hands: Hands): () => void {
  switch (actor.kind) {
    case 'vpc-cni':
      return vpcCni(actor, hands);
    case 'mover':
      return mover(actor, hands);
    case 'detacher':
      return () =>
        void hands.call('DetachNetworkInterface', (state) =>
          detachEni(state, actor.eniId, actor.lingers ?? false),
        );
    case 'remover':
      return () =>
        void hands.call('DeleteNetworkInterface', (state) =>
          removeEni(state, actor.eniId, actor.lingers ?? false),
        );
    default:
      return actor satisfies never;
  }
}
