/** The IMDS endpoint of one instance: version 2 only, so that nothing is told without a token. */
import type { Clock } from '../clock.ts';
import type { Consistency } from '../consistency.ts';
import type { FaultScript, ImdsFault } from '../faults.ts';
import type { Keyring } from '../keyring.ts';
import type { Answer, Reply, WireRequest } from '../loopback.ts';
import { html, text } from './answers.ts';
import { credentialsJson } from './credentials.ts';
import type { Tokens } from './tokens.ts';
import { metadataTree, type Node } from './tree.ts';

export type ImdsParts = {
  readonly region: string;
  readonly consistency: Consistency;
  readonly keyring: Keyring;
  readonly faults: FaultScript;
  readonly tokens: Tokens;
  readonly clock: Clock;
};

const ttlHeader = 'x-aws-ec2-metadata-token-ttl-seconds';
const tokenHeader = 'x-aws-ec2-metadata-token';

export class ImdsEndpoint {
  readonly #instanceId: string;
  readonly #parts: ImdsParts;

  constructor(instanceId: string, parts: ImdsParts) {
    this.#instanceId = instanceId;
    this.#parts = parts;
  }

  /** Handles one HTTP request. */
  answer(request: WireRequest): Reply {
    const [, version = '', path = ''] = /^\/([^/]+)\/?(.*)$/.exec(request.path) ?? [];
    const fault = this.#parts.faults.imds.take(
      (candidate) =>
        (candidate.instanceId ?? this.#instanceId) === this.#instanceId && concerns(candidate, path),
    );
    switch (fault?.kind) {
      case undefined:
        return this.#respond(request, version, path);
      case 'credentials':
        return this.#respond(request, version, path, fault.expireInSeconds * 1000);
      case 'error':
        return html(fault.status);
      case 'reset':
      case 'hang':
        return { kind: fault.kind };
      default:
        return fault satisfies never;
    }
  }

  #respond(request: WireRequest, version: string, path: string, keyLifetime?: number): Answer {
    if (request.method === 'PUT' && path === 'api/token') return this.#issueToken(request, version);
    if (request.method !== 'GET' && request.method !== 'HEAD') return html(405);
    const { tokens, clock } = this.#parts;
    if (!tokens.accepts(request.headers[tokenHeader], clock.now())) return html(401);
    if (version !== 'latest' && !/^\d{4}-\d\d-\d\d$/.test(version)) return html(404);
    const node = this.#find(path, keyLifetime);
    return node === undefined ? html(404) : text(render(node));
  }

  #issueToken(request: WireRequest, version: string): Answer {
    if (version !== 'latest' || 'x-forwarded-for' in request.headers) return html(403);
    const ttl = request.headers[ttlHeader];
    const token = this.#parts.tokens.issue(ttl, this.#parts.clock.now());
    return token === undefined ? html(400) : text(token, { [ttlHeader]: ttl ?? '' });
  }

  #find(path: string, keyLifetime?: number): Node | undefined {
    const { consistency, region, clock, keyring } = this.#parts;
    const state = consistency.inImds();
    const instance = state.instances.get(this.#instanceId);
    if (!instance) return undefined;
    const currentKey = () =>
      keyLifetime === undefined ? keyring.roleKey(instance.id) : keyring.issue(instance.id, keyLifetime);
    let node: Node | undefined = metadataTree({
      instance,
      state,
      region,
      now: clock.now(),
      credentials: () => credentialsJson(currentKey()),
    });
    for (const name of path.replace(/\/$/, '').split('/')) {
      node = typeof node === 'object' && Object.hasOwn(node, name) ? node[name] : undefined;
    }
    return node;
  }
}

function concerns(fault: ImdsFault, path: string): boolean {
  if (fault.kind === 'credentials') return /^meta-data\/iam\/security-credentials\/./.test(path);
  return path.startsWith(fault.path ?? '');
}

/** A directory lists its names, those of directories with a slash at the end. */
function render(node: Node): string {
  if (typeof node === 'string') return node;
  if (typeof node === 'function') return node();
  return Object.entries(node)
    .map(([name, child]) => (typeof child === 'object' ? `${name}/` : name))
    .join('\n');
}
