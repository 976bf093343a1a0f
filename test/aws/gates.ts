/** Endpoints that refuse connections for a while, as those of a service that is not there. */
import type { Clock } from './clock.ts';
import type { Listener } from './loopback.ts';

/** Which endpoint; without an instance, IMDS of all of them. */
export type Gate = { readonly target: 'ec2' | 'imds'; readonly instanceId?: string };

/** For so long, or until it is told to accept again. */
export type Refusing = Gate & { readonly forMs?: number };

export class Gates {
  readonly #listenersOf: (gate: Gate) => readonly Listener[];
  readonly #clock: Clock;
  readonly #closing: AbortController;

  constructor(listenersOf: (gate: Gate) => readonly Listener[], clock: Clock, closing: AbortController) {
    this.#listenersOf = listenersOf;
    this.#clock = clock;
    this.#closing = closing;
  }

  /** Connections that there are break. */
  async refuse({ forMs, ...gate }: Refusing): Promise<void> {
    for (const listener of this.#listenersOf(gate)) await listener.refuse();
    if (forMs !== undefined) void this.#acceptLater(gate, forMs);
  }

  async accept(gate: Gate): Promise<void> {
    for (const listener of this.#listenersOf(gate)) await listener.accept();
  }

  async #acceptLater(gate: Gate, ms: number): Promise<void> {
    const { signal } = this.#closing;
    try {
      await this.#clock.sleep(ms, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (!signal.aborted) await this.accept(gate);
  }
}
