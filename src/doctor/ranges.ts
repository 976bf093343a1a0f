/** What the ENI's subnet leaves of the ranges, and whether their gateway is the VPC's. */
import { fitToSubnet, type UsableSet, usableSpans } from '../allocator/subnet.ts';
import { formatSet, type Range, type RangeSet } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import type { Eni } from '../model.ts';
import { equalAddress, formatAddress } from '../net/address.ts';
import { firstOf, lastOf, parsePrefix } from '../net/prefix.ts';
import { encloses, type Span, sizeOf } from '../net/span.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

export const CHECK = 'ranges';

export interface RangesInSubnet {
  readonly findings: readonly Finding[];
  /** Absent when an ADD could not use them. */
  readonly sets?: readonly UsableSet[];
}

export function checkRanges(configured: readonly RangeSet[], eni: Eni): RangesInSubnet {
  try {
    const sets = fitToSubnet(configured, eni);
    return { findings: sets.flatMap((set) => [countUsable(set), ...checkGateways(set, eni)]), sets };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const advice = `Give a range inside ${eni.cidrs.join(' or ')}; ranges of other subnets may stand beside it.`;
    return { findings: [problem(CHECK, error.message, advice)] };
  }
}

function countUsable(set: UsableSet): Finding {
  const total = count(set.ranges);
  const usable = count(usableSpans(set));
  const name = formatSet(set.ranges);
  if (usable === 0n) {
    const advice = 'Take a range beyond the first four addresses of the subnet, its last, and its gateway.';
    return problem(CHECK, `${name} has no address for pods: AWS keeps them, or they are excluded`, advice);
  }
  const kept = total === usable ? '' : `, ${total - usable} kept (AWS, gateway, the ENI itself, exclude)`;
  return ok(CHECK, `${name}: ${usable} addresses for pods${kept}`);
}

const count = (spans: readonly Span[]): bigint => spans.reduce((sum, span) => sum + sizeOf(span), 0n);

/** The router of an IPv4 subnet has its second address (VPC guide); of IPv6, routers tell themselves. */
function checkGateways({ ranges }: UsableSet, { cidrs }: Eni): readonly Finding[] {
  return ranges.flatMap((range) => {
    const router = cidrs.flatMap((cidr) => routerOf(cidr, range) ?? [])[0];
    if (!router || range.first.family === 6 || equalAddress(router, range.gateway)) return [];
    return [
      warning(
        CHECK,
        `the gateway ${formatAddress(range.gateway)} is not the router of the VPC`,
        `Unless a pod there forwards packets, give "gateway": "${formatAddress(router)}".`,
      ),
    ];
  });
}

function routerOf(cidr: string, range: Range) {
  const subnet = parsePrefix(cidr);
  if (!subnet) return undefined;
  const { family, value } = firstOf(subnet);
  const whole: Span = { first: { family, value }, last: lastOf(subnet) };
  return encloses(whole, range) ? { family, value: value + 1n } : undefined;
}
