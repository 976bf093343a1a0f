/** One IMDS listener per instance, each on a port of its own. */
import { type Listener, listen, type Reply, type WireRequest } from '../loopback.ts';
import type { Random } from '../random.ts';
import { ImdsEndpoint, type ImdsParts } from './endpoint.ts';
import { Tokens } from './tokens.ts';

/** One request to an IMDS. */
export type ImdsRequest = {
  readonly instanceId: string;
  readonly method: string;
  readonly path: string;
  /** Undefined when nothing was answered. */
  readonly status: number | undefined;
};

export type FleetParts = Omit<ImdsParts, 'tokens'> & { readonly random: Random };

type Member = { readonly listener: Listener; readonly tokens: Tokens };

export class ImdsFleet implements AsyncDisposable {
  readonly #parts: FleetParts;
  #port: number;
  readonly #members = new Map<string, Member>();
  #requests: ImdsRequest[] = [];

  /** The first instance listens on that port and the next ones on those that follow; 0 means any. */
  constructor(parts: FleetParts, firstPort: number) {
    this.#parts = parts;
    this.#port = firstPort;
  }

  get requests(): readonly ImdsRequest[] {
    return [...this.#requests];
  }

  /** The endpoint of an instance. */
  url(instanceId: string): string {
    return this.#member(instanceId).listener.url;
  }

  /** The listener of one instance, or those of all. */
  listeners(instanceId?: string): readonly Listener[] {
    if (instanceId === undefined) return [...this.#members.values()].map(({ listener }) => listener);
    return [this.#member(instanceId).listener];
  }

  /** Listens for exactly these instances; those that listen already keep their ports and tokens. */
  async serve(instanceIds: readonly string[]): Promise<void> {
    for (const [id, { listener }] of this.#members) {
      if (instanceIds.includes(id)) continue;
      this.#members.delete(id);
      await listener[Symbol.asyncDispose]();
    }
    for (const id of instanceIds) {
      if (!this.#members.has(id)) this.#members.set(id, await this.#start(id));
    }
  }

  /** The tokens of one instance, or of all, are worthless from now on. */
  revokeTokens(instanceId?: string): void {
    for (const [id, { tokens }] of this.#members) if ((instanceId ?? id) === id) tokens.revoke();
  }

  clearRequests(): void {
    this.#requests = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.serve([]);
  }

  #member(instanceId: string): Member {
    const member = this.#members.get(instanceId);
    if (!member) throw new TypeError(`There is no instance ${instanceId}`);
    return member;
  }

  async #start(instanceId: string): Promise<Member> {
    const tokens = new Tokens(this.#parts.random);
    const endpoint = new ImdsEndpoint(instanceId, { ...this.#parts, tokens });
    const answer = (request: WireRequest): Reply => {
      const reply = endpoint.answer(request);
      const status = reply.kind === 'answer' ? reply.status : undefined;
      this.#requests.push({ instanceId, method: request.method, path: request.path, status });
      return reply;
    };
    return { tokens, listener: await listen(this.#nextPort(), answer) };
  }

  #nextPort(): number {
    return this.#port === 0 ? 0 : this.#port++;
  }
}
