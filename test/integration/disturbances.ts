/** What goes wrong with AWS at random, now and then. */
import type { Aws } from '../aws/aws.ts';
import type { Fault } from '../aws/faults.ts';
import type { Random } from '../aws/random.ts';

const ACTIONS = ['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses'] as const;

/** Each makes one kind of fault; those that stand twice come twice as often. */
const KINDS: readonly ((random: Random) => Fault)[] = [
  () => ({ kind: 'error', code: 'InternalError', status: 500 }),
  () => ({ kind: 'error', code: 'Unavailable', status: 503 }),
  () => ({ kind: 'error', code: 'RequestLimitExceeded', status: 503, times: 2 }),
  () => ({ kind: 'html502' }),
  () => ({ kind: 'reset' }),
  () => ({ kind: 'applied-then-reset' }),
  () => ({ kind: 'applied-then-reset' }),
  () => ({ kind: 'truncated-body' }),
  () => ({ kind: 'truncated-body' }),
  (random) => ({ kind: 'slow-then-apply', ms: 200 + random.below(1500) }),
  (random) => ({ kind: 'slow-then-apply', ms: 200 + random.below(1500) }),
  () => ({ target: 'imds', kind: 'error', status: 500, path: 'meta-data/network' }),
  () => ({ target: 'imds', kind: 'reset', path: 'meta-data/network' }),
];

/** These cost whoever meets them all of their time. */
const SILENCES: readonly ((random: Random) => Fault)[] = [
  () => ({ kind: 'hang' }),
  () => ({ kind: 'applied-then-hang' }),
  (random) => ({ kind: 'late-apply', ms: 500 + random.below(8000) }),
];

/** All of a node's lanes together: trouble that is queued faster than requests come would never end. */
export class Disturbances {
  readonly #aws: Aws;
  #queued = 0;

  constructor(aws: Aws) {
    this.#aws = aws;
  }

  /** Queues a fault, mostly none; answers its name. */
  disturb(random: Random): string | undefined {
    if (random.below(3) > 0 || this.#queued * 3 > this.#aws.calls()) return undefined;
    const kinds = random.below(20) === 0 ? SILENCES : KINDS;
    const fault = kinds[random.below(kinds.length)]?.(random);
    if (!fault) return undefined;
    const action = fault.target === 'imds' ? undefined : ACTIONS[random.below(ACTIONS.length)];
    return this.#queue(action === undefined ? fault : ({ ...fault, action } as Fault));
  }

  /** What a process asks of EC2 is done only when it is likely to be dead, and others have gone on. */
  delayLanding(action: string, random: Random): string {
    return this.#queue({ kind: 'slow-then-apply', ms: 1000 + random.below(5000), action });
  }

  #queue(fault: Fault): string {
    this.#queued += 1;
    this.#aws.fault(fault);
    return JSON.stringify(fault);
  }
}
