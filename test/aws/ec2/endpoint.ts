/** The EC2 endpoint: admits a request, lets the fault script have its way, applies it, and answers. */
import type { Background } from '../background.ts';
import type { Clock } from '../clock.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { Ec2Error, ec2Error } from '../cloud/ec2-error.ts';
import { account } from '../cloud/model.ts';
import type { Consistency } from '../consistency.ts';
import type { FaultScript } from '../faults.ts';
import type { Keyring } from '../keyring.ts';
import type { Answer, Reply, WireRequest } from '../loopback.ts';
import type { Random } from '../random.ts';
import type { Action } from './action.ts';
import { findAction } from './actions.ts';
import { badGateway, dated, refusal, success } from './answers.ts';
import { authenticate, claimedKeyId } from './authenticate.ts';
import type { Journal } from './journal.ts';
import type { Latency } from './latency.ts';
import { Parameters, parseForm } from './parameters.ts';
import { scriptedError } from './scripted-error.ts';
import type { Throttle } from './throttle.ts';
import type { Wording } from './wording.ts';

/** What an endpoint works with. */
export type Ec2Parts = {
  readonly region: string;
  readonly cloud: Cloud;
  readonly consistency: Consistency;
  readonly keyring: Keyring;
  readonly journal: Journal;
  readonly faults: FaultScript;
  readonly latency: Latency;
  readonly throttle: Throttle;
  readonly wording: Wording;
  readonly clock: Clock;
  readonly random: Random;
  readonly background: Background;
  readonly closing: AbortController;
};

/** A request on its way through the endpoint. */
type Request = {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly parameters: Parameters;
};

export class Ec2Endpoint {
  readonly #parts: Ec2Parts;

  constructor(parts: Ec2Parts) {
    this.#parts = parts;
  }

  /** Handles one HTTP request from its arrival to its answer. */
  async answer(wire: WireRequest): Promise<Reply> {
    const { journal, clock, random } = this.#parts;
    const { Action: name = '', Version: version = '', ...rest } = readForm(wire);
    const request: Request = { id: random.uuid(), name, version, parameters: new Parameters(rest) };
    journal.arrive({
      time: clock.now(),
      requestId: request.id,
      accessKeyId: claimedKeyId(wire),
      action: name,
      parameters: rest,
      allowReassignment: rest['AllowReassignment'] === 'true',
    });
    const reply = await this.#handle(wire, request);
    if (reply.kind === 'answer') journal.note(request.id, { status: reply.status });
    return dated(reply, clock.now());
  }

  async #handle(wire: WireRequest, request: Request): Promise<Reply> {
    try {
      const action = this.#admit(wire, request);
      return await this.#serve(request, action);
    } catch (error) {
      if (error instanceof Ec2Error) return this.#refuse(request, error);
      if (this.#parts.closing.signal.aborted) return { kind: 'reset' };
      throw error;
    }
  }

  #admit(wire: WireRequest, { id, name, version, parameters }: Request): Action {
    const { keyring, clock, region, journal, throttle } = this.#parts;
    const { holder } = authenticate(wire, keyring, clock, region);
    journal.note(id, { caller: holder });
    const action = findAction(name, version, parameters);
    if (!throttle.admits(name, parameters, clock.now())) throw ec2Error('throttled');
    return action;
  }

  async #serve(request: Request, action: Action): Promise<Reply> {
    const { faults, latency } = this.#parts;
    const fault = faults.ec2.take((candidate) => (candidate.action ?? request.name) === request.name);
    await this.#sleep(latency.of(request.name));
    switch (fault?.kind) {
      case undefined:
        return this.#apply(request, action);
      case 'error':
        throw scriptedError(fault);
      case 'deny':
        throw this.#denial(request.name);
      case 'reset':
      case 'hang':
        return { kind: fault.kind };
      case 'html502':
        return badGateway;
      case 'truncated-body':
        return { kind: 'truncated', answer: this.#apply(request, action) };
      case 'applied-then-reset':
        this.#apply(request, action);
        return { kind: 'reset' };
      case 'applied-then-hang':
        this.#apply(request, action);
        return { kind: 'hang' };
      case 'slow-then-apply':
        await this.#sleep(fault.ms);
        return this.#apply(request, action);
      case 'late-apply':
        void this.#parts.background.track(this.#applyLate(request, action, fault.ms));
        return { kind: 'hang' };
      default:
        return fault satisfies never;
    }
  }

  async #applyLate(request: Request, action: Action, ms: number): Promise<void> {
    try {
      await this.#sleep(ms);
    } catch (error) {
      if (this.#parts.closing.signal.aborted) return;
      throw error;
    }
    this.#apply(request, action);
  }

  /** The commit point: one synchronous step from the checks to the new state, whoever still listens. */
  #apply(request: Request, action: Action): Answer {
    const { cloud, consistency, random, clock, journal } = this.#parts;
    const { id, name, parameters } = request;
    try {
      // Whatever changes something sees the truth; whatever only looks may see what was.
      const seen = /^(Describe|Get)/.test(name) ? consistency.described() : cloud.state;
      const { fields, state } = action.perform({ parameters, state: seen, random });
      if (state) cloud.commit(state, id, clock.now());
      journal.note(id, { applied: true });
      return success(name, id, fields, random);
    } catch (error) {
      if (error instanceof Ec2Error) return this.#refuse(request, error);
      throw error;
    }
  }

  #refuse({ id }: Request, error: Ec2Error): Answer {
    const { journal, wording, random } = this.#parts;
    const said = wording.of(error);
    journal.note(id, { errorCode: said.code });
    return refusal(said, id, random);
  }

  #denial(action: string): Ec2Error {
    const user = `arn:aws:sts::${account}:assumed-role/node-role/session`;
    return ec2Error('denied', { user, action, encoded: this.#parts.random.base64(3000) });
  }

  async #sleep(ms: number): Promise<void> {
    if (ms > 0) await this.#parts.clock.sleep(ms, this.#parts.closing.signal);
  }
}

function readForm({ method, query, body }: WireRequest): Record<string, string> {
  return parseForm(method === 'POST' ? body.toString() : query);
}
