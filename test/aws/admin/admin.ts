/** The admin port: the in-process verbs as JSON over HTTP. */

import type { Actor } from '../actors/actor.ts';
import { Ec2Error } from '../cloud/ec2-error.ts';
import type { CloudState, InstanceState } from '../cloud/model.ts';
import type { EniSeed, Seed } from '../cloud/seed.ts';
import type { Lag } from '../consistency.ts';
import type { Fault } from '../faults.ts';
import type { Gate, Refusing } from '../gates.ts';
import { type Answer, type Listener, listen, type WireRequest } from '../loopback.ts';
import { actorShape } from './actor-shape.ts';
import { faultShape } from './fault-shape.ts';
import { eniShape, instanceState, seedShape } from './seed-shape.ts';
import { type Check, flag, literal, number, object, optional, type Shape, text } from './shape.ts';

/** What the admin port can do. */
export interface Controls {
  state(): CloudState;
  journal(): readonly unknown[];
  mutations(): readonly unknown[];
  imdsRequests(): readonly unknown[];
  environment(instanceId?: string): Readonly<Record<string, string>>;
  seed(seed: Seed): Promise<void>;
  reset(): Promise<void>;
  clearJournal(): void;
  fault(fault: Fault): void;
  latency(ms: number, action?: string): void;
  lag(lag: Lag): void;
  throttle(clockScale: number): void;
  put(eniId: string, address: string): void;
  take(eniId: string, address: string): void;
  addEni(seed: EniSeed): void;
  detachEni(eniId: string, options: { readonly lingers?: boolean }): void;
  removeEni(eniId: string, options: { readonly lingers?: boolean }): void;
  setInstanceState(instanceId: string, next: InstanceState): void;
  revokeTokens(instanceId?: string): void;
  startActor(actor: Actor): void;
  stopActors(): void;
  refuseConnections(refusing: Refusing): Promise<void>;
  acceptConnections(gate: Gate): Promise<void>;
}

type Verb = (body: unknown) => unknown;
type Placement = { readonly eniId: string; readonly address: string };
type Departure = { readonly eniId: string; readonly lingers?: boolean };
type Transition = { readonly instanceId: string; readonly state: InstanceState };
type Delay = { readonly ms: number; readonly action?: string };

const placement: Shape<Placement> = object<Placement>({ eniId: text, address: text });
const departure: Shape<Departure> = object<Departure>({ eniId: text, lingers: optional(flag) });
const transition: Shape<Transition> = object<Transition>({ instanceId: text, state: instanceState });
const delay: Shape<Delay> = object<Delay>({ ms: number, action: optional(text) });
const lag: Shape<Lag> = object<Lag>({
  describeMs: optional(number),
  imdsMs: optional(number),
  nonMonotonic: optional(flag),
});
const limits: Shape<{ readonly clockScale: number }> = object<{ readonly clockScale: number }>({
  clockScale: number,
});
const target: Check = literal('ec2', 'imds');
const gate: Shape<Gate> = object<Gate>({ target, instanceId: optional(text) });
const refusing: Shape<Refusing> = object<Refusing>({
  target,
  instanceId: optional(text),
  forMs: optional(number),
});
const tokens: Shape<{ readonly instanceId?: string }> = object<{ readonly instanceId?: string }>({
  instanceId: optional(text),
});

/** Serves the verbs on loopback. */
export function serveAdmin(port: number, controls: Controls): Promise<Listener> {
  const verbs = verbsOf(controls);
  return listen(port, async (request) => {
    const verb = verbs.get(`${request.method} ${request.path}`);
    if (!verb) return json(404, { error: `Known here: ${[...verbs.keys()].join(', ')}` });
    try {
      return json(200, (await verb(readBody(request))) ?? { done: true });
    } catch (error) {
      if (error instanceof Ec2Error || error instanceof TypeError || error instanceof SyntaxError) {
        return json(400, { error: error.message });
      }
      throw error;
    }
  });
}

function verbsOf(controls: Controls): ReadonlyMap<string, Verb> {
  return new Map<string, Verb>([
    ['GET /state', () => stateOf(controls)],
    [
      'GET /journal',
      () => ({
        requests: controls.journal(),
        mutations: controls.mutations(),
        imds: controls.imdsRequests(),
      }),
    ],
    ['POST /clear-journal', () => controls.clearJournal()],
    ['POST /reset', () => controls.reset()],
    ['POST /seed', checked(seedShape, (seed) => controls.seed(seed))],
    ['POST /fault', checked(faultShape, (fault) => controls.fault(fault))],
    ['POST /latency', checked(delay, ({ ms, action }) => controls.latency(ms, action))],
    ['POST /lag', checked(lag, (behind) => controls.lag(behind))],
    ['POST /throttle', checked(limits, ({ clockScale }) => controls.throttle(clockScale))],
    ['POST /put', checked(placement, ({ eniId, address }) => controls.put(eniId, address))],
    ['POST /take', checked(placement, ({ eniId, address }) => controls.take(eniId, address))],
    ['POST /add-eni', checked(eniShape, (eni) => controls.addEni(eni))],
    ['POST /detach-eni', checked(departure, (leaving) => controls.detachEni(leaving.eniId, leaving))],
    ['POST /remove-eni', checked(departure, (leaving) => controls.removeEni(leaving.eniId, leaving))],
    [
      'POST /set-instance-state',
      checked(transition, ({ instanceId, state }) => controls.setInstanceState(instanceId, state)),
    ],
    ['POST /start-actor', checked(actorShape, (actor) => controls.startActor(actor))],
    ['POST /stop-actors', () => controls.stopActors()],
    ['POST /refuse', checked(refusing, (refusal) => controls.refuseConnections(refusal))],
    ['POST /accept', checked(gate, (one) => controls.acceptConnections(one))],
    ['POST /revoke-tokens', checked(tokens, ({ instanceId }) => controls.revokeTokens(instanceId))],
  ]);
}

function checked<T>(shape: Shape<T>, act: (value: T) => unknown): Verb {
  return (body) => {
    shape(body, 'body');
    return act(body);
  };
}

function stateOf(controls: Controls) {
  const { subnets, instances, enis, lingering } = controls.state();
  return {
    subnets: [...subnets.values()],
    instances: [...instances.values()],
    environments: Object.fromEntries([...instances.keys()].map((id) => [id, controls.environment(id)])),
    enis: [...enis.values()],
    lingering,
  };
}

function readBody({ method, body }: WireRequest): unknown {
  return method === 'POST' && body.length > 0 ? JSON.parse(body.toString()) : {};
}

function json(status: number, value: unknown): Answer {
  const headers = { 'Content-Type': 'application/json' };
  return { kind: 'answer', status, headers, body: `${JSON.stringify(value, undefined, 2)}\n` };
}
