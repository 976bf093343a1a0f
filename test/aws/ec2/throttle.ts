/** Token buckets per action, as one account has them in one region. */
import type { Parameters } from './parameters.ts';

type Limit = { readonly capacity: number; readonly perSecond: number };
type Bucket = { tokens: number; filledAt: number };

const mutating: Limit = { capacity: 100, perSecond: 5 };
const describing: Limit = { capacity: 100, perSecond: 20 };
const limits: Readonly<Record<string, Limit>> = {
  AssignPrivateIpAddresses: mutating,
  UnassignPrivateIpAddresses: mutating,
  AssignIpv6Addresses: mutating,
  // AWS lists no limit of its own for this one.
  UnassignIpv6Addresses: { capacity: 50, perSecond: 5 },
  CreateSubnetCidrReservation: { capacity: 5, perSecond: 1 },
  DeleteSubnetCidrReservation: { capacity: 5, perSecond: 1 },
  DescribeNetworkInterfaces: describing,
  'DescribeNetworkInterfaces, neither filtered nor paginated': { capacity: 50, perSecond: 10 },
};

export class Throttle {
  #clockScale = 0;
  #buckets = new Map<string, Bucket>();

  /** Full buckets, refilled so many times faster than AWS does; 0 takes the limits away. */
  start(clockScale: number): void {
    this.#clockScale = clockScale;
    this.#buckets = new Map();
  }

  /** Takes a token from the action's bucket; false when there is none. */
  admits(action: string, parameters: Parameters, now: number): boolean {
    if (this.#clockScale === 0) return true;
    const name = bucketName(action, parameters);
    const { capacity, perSecond } = limits[name] ?? describing;
    const bucket = this.#buckets.get(name) ?? { tokens: capacity, filledAt: now };
    const refill = ((now - bucket.filledAt) / 1000) * perSecond * this.#clockScale;
    bucket.tokens = Math.min(capacity, bucket.tokens + refill);
    bucket.filledAt = now;
    this.#buckets.set(name, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}

function bucketName(action: string, parameters: Parameters): string {
  const narrowed = parameters.names().some(({ name }) => name.startsWith('Filter.') || name === 'MaxResults');
  return action === 'DescribeNetworkInterfaces' && !narrowed
    ? `${action}, neither filtered nor paginated`
    : action;
}
