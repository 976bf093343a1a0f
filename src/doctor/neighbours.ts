/**
 * Which other ENIs of the subnet sit inside the ranges, and whether anything is left. Where nodes have
 * prefixes of the ranges, those of others are what is to be expected, and prefixes are counted elsewhere.
 */
import { type UsableSet, usableSpans } from '../allocator/subnet.ts';
import { formatSet, formatSpan } from '../config/ranges.ts';
import type { Holding } from '../eni/holdings.ts';
import type { SeenEni } from '../eni/survey.ts';
import type { Eni } from '../model.ts';
import { formatAddress } from '../net/address.ts';
import { overlaps, type Span, sizeOf, subtract } from '../net/span.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const CHECK = 'other ENIs';

export function checkNeighbours(
  sets: readonly UsableSet[],
  { id }: Eni,
  seen: readonly SeenEni[],
  isByPrefix: boolean,
): readonly Finding[] {
  const others = seen.flatMap(({ id: other, holdings }) => (other === id ? [] : holdings));
  const all = seen.flatMap(({ holdings }) => holdings);
  return sets.flatMap((set) => {
    const inside = others.filter(({ span }) => set.ranges.some((range) => overlaps(range, span)));
    if (isByPrefix) return explainIntruders(inside.filter(({ primary }) => primary));
    return [...explainIntruders(inside), countFree(set, inside, all)];
  });
}

/** An address that a node or a load balancer has as its own, or a prefix, is there to stay. */
function explainIntruders(inside: readonly Holding[]): readonly Finding[] {
  const intruders = inside.filter(({ primary, span }) => primary || sizeOf(span) > 1n);
  return intruders.map(({ eni, primary, span }) =>
    warning(
      CHECK,
      primary
        ? `${formatAddress(span.first)} is the primary address of ${eni}: no pod can get it`
        : `${formatSpan(span)} is delegated to ${eni}: no pod can get these`,
      'Reserve the ranges in the subnet (see above), exclude these addresses, or move the ranges.',
    ),
  );
}

function countFree(set: UsableSet, inside: readonly Holding[], all: readonly Holding[]): Finding {
  const name = formatSet(set.ranges);
  const usable = usableSpans(set);
  const free = usable.flatMap((span) =>
    subtract(
      span,
      all.map((holding) => holding.span),
    ),
  );
  const left = total(free);
  const owners = new Set(inside.map(({ eni }) => eni)).size;
  const enis = owners === 1 ? '1 other ENI holds' : `${owners} other ENIs hold`;
  const share = owners === 0 ? 'no other ENI is inside' : `${enis} ${inside.length} inside`;
  if (left > 0n) return ok(CHECK, `${name}: ${share}, ${left} addresses are free`);
  const advice = 'Make the range larger, or add a spare one to the set.';
  return problem(CHECK, `${name}: ${share}, and no address is free`, advice);
}

const total = (spans: readonly Span[]): bigint => spans.reduce((sum, span) => sum + sizeOf(span), 0n);
