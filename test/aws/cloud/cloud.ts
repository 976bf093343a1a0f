/** The one copy of the account's state, and the log of what changed it. */
import type { CloudState } from './model.ts';

/** What one ENI gained or lost in one change. */
export type Mutation = {
  readonly time: number;
  /** The request that did it, or `manual` for a hand behind everyone's back. */
  readonly cause: string;
  readonly eniId: string;
  readonly gained: readonly string[];
  readonly lost: readonly string[];
};

/** Changes are synchronous swaps of an immutable state, which makes them atomic and totally ordered. */
export class Cloud {
  #state: CloudState;
  #mutations: Mutation[] = [];

  constructor(state: CloudState) {
    this.#state = state;
  }

  get state(): CloudState {
    return this.#state;
  }

  get mutations(): readonly Mutation[] {
    return [...this.#mutations];
  }

  /** Makes the next state the current one, and logs who gained and lost which secondary addresses. */
  commit(next: CloudState, cause: string, time: number): void {
    const ids = new Set([...this.#state.enis.keys(), ...next.enis.keys()]);
    for (const eniId of ids) {
      const before = this.#state.enis.get(eniId)?.secondaries ?? [];
      const after = next.enis.get(eniId)?.secondaries ?? [];
      const gained = after.filter((address) => !before.includes(address));
      const lost = before.filter((address) => !after.includes(address));
      if (gained.length + lost.length > 0) this.#mutations.push({ time, cause, eniId, gained, lost });
    }
    this.#state = next;
  }

  /** Starts over: another state, and nothing logged. */
  replace(state: CloudState): void {
    this.#state = state;
    this.#mutations = [];
  }

  clearMutations(): void {
    this.#mutations = [];
  }
}
