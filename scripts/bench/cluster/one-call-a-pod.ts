/**
 * A model of every plugin that makes one EC2 call for each pod: no machine, no processes, no time but
 * EC2's. So it is the best that such a plugin can do, whatever language it is written in.
 */
import { Parameters } from '../../../test/aws/ec2/parameters.ts';
import { Throttle } from '../../../test/aws/ec2/throttle.ts';
import { Random } from '../../../test/aws/random.ts';

/** EC2's limit of AssignPrivateIpAddresses per account and region, as AWS documents it. */
export const BUCKET = { capacity: 100, perSecond: 5 } as const;

export interface ModelPlan {
  readonly pods: number;
  /** How long EC2 takes to answer, in milliseconds. */
  readonly latencyMs: number;
}

export interface ModelFigures extends ModelPlan {
  /** Calls, with those that EC2 refused. */
  readonly calls: number;
  readonly throttled: number;
  /** When each pod had its address, in milliseconds since all of them began; in that order. */
  readonly doneMs: readonly number[];
}

/** Pauses after a refusal: doubled each time, with full jitter, as AWS advises. */
const PAUSE_MS = { first: 200, longest: 5000 };
/** Any number: the same one draws the same pauses. */
const SEED = 6;

/** When the last of so many calls can be admitted at the earliest, in milliseconds, from a full bucket. */
export const earliestEnd = (calls: number): number =>
  (Math.max(0, calls - BUCKET.capacity) / BUCKET.perSecond) * 1000;

/** All pods begin at once, and each calls until EC2 has said yes. */
export function modelOneCallAPod({ pods, latencyMs }: ModelPlan): ModelFigures {
  const throttle = new Throttle();
  throttle.start(1);
  const chance = new Random(SEED);
  const anAssign = new Parameters({});
  const doneMs: number[] = [];
  let calls = 0;

  // Callers by the time of their next call; a new one goes behind those of the same time.
  let waiting = Array.from({ length: pods }, () => ({ at: 0, refusals: 0 }));
  while (waiting.length > 0) {
    const [next, ...others] = waiting;
    if (!next) break;
    calls += 1;
    if (throttle.admits('AssignPrivateIpAddresses', anAssign, next.at)) {
      doneMs.push(next.at + latencyMs);
      waiting = others;
      continue;
    }
    const longest = Math.min(PAUSE_MS.first * 2 ** next.refusals, PAUSE_MS.longest);
    const at = next.at + latencyMs + chance.below(longest);
    const behind = others.findIndex((other) => other.at > at);
    const place = behind < 0 ? others.length : behind;
    waiting = others.toSpliced(place, 0, { at, refusals: next.refusals + 1 });
  }
  return { pods, latencyMs, calls, throttled: calls - pods, doneMs };
}
