/** The one copy of the account's state, what it was before, and the log of what changed it. */
import type { CloudState, Eni } from './model.ts';

/** What one ENI gained or lost in one change: addresses of both families, and prefixes. */
export type Mutation = {
  readonly time: number;
  /** The request that did it, the actor that did, or `manual` for a hand behind everyone's back. */
  readonly cause: string;
  readonly eniId: string;
  readonly gained: readonly string[];
  readonly lost: readonly string[];
};

/** Changes are synchronous swaps of an immutable state, which makes them atomic and totally ordered. */
export class Cloud {
  #state: CloudState;
  #mutations: Mutation[] = [];
  /** Earlier states, the oldest first, each with the time at which another one took its place. */
  #past: readonly { readonly state: CloudState; readonly until: number }[] = [];
  #memoryMs = 0;

  constructor(state: CloudState) {
    this.#state = state;
  }

  get state(): CloudState {
    return this.#state;
  }

  /** The state at a time not longer ago than what is remembered. */
  at(time: number): CloudState {
    return this.#past.find(({ until }) => until > time)?.state ?? this.#state;
  }

  /** Keeps earlier states for so long from now on. */
  remember(ms: number): void {
    this.#memoryMs = ms;
  }

  get mutations(): readonly Mutation[] {
    return [...this.#mutations];
  }

  /** Makes the next state the current one, and logs which ENI gained and lost what. */
  commit(next: CloudState, cause: string, time: number): void {
    const ids = new Set([...this.#state.enis.keys(), ...next.enis.keys()]);
    for (const eniId of ids) {
      const before = holdings(this.#state.enis.get(eniId));
      const after = holdings(next.enis.get(eniId));
      const gained = after.filter((address) => !before.includes(address));
      const lost = before.filter((address) => !after.includes(address));
      if (gained.length + lost.length > 0) this.#mutations.push({ time, cause, eniId, gained, lost });
    }
    const kept = this.#past.filter(({ until }) => until > time - this.#memoryMs);
    this.#past = this.#memoryMs > 0 ? [...kept, { state: this.#state, until: time }] : [];
    this.#state = next;
  }

  /** Starts over: another state, and nothing logged. */
  replace(state: CloudState): void {
    this.#state = state;
    this.#past = [];
    this.#mutations = [];
  }

  clearMutations(): void {
    this.#mutations = [];
  }
}

/** Whatever can come and go while the ENI stays. */
function holdings(eni: Eni | undefined): readonly string[] {
  return eni ? [...eni.secondaries, ...eni.ipv6, ...eni.prefixes, ...eni.ipv6Prefixes] : [];
}
