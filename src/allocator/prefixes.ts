/** Prefixes that EC2 delegates to an ENI, so that pods get addresses without a call: which, and until when. */
import { formatSet } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import type { Delegation, State } from '../model.ts';
import { type Address, bitsOf, type Family, familyOf, parseAddress } from '../net/address.ts';
import { contains, intersect, parseSpan, type Span } from '../net/span.ts';
import { podsInPrefixes } from '../state.ts';
import type { Claim } from './claim.ts';
import { hash } from './hash.ts';
import { type UsableSet, usableSpans } from './subnet.ts';

/** AWS delegates prefixes of these lengths only (EC2 guide, "Prefix delegation for Amazon EC2 network interfaces"). */
const LENGTHS: Readonly<Record<Family, number>> = { 4: 28, 6: 80 };

const hostBitsOf = (family: Family): bigint => BigInt(bitsOf(family) - LENGTHS[family]);

/** All addresses that come with the address when its prefix is delegated. */
export function blockAround({ family, value }: Address): Span {
  const hostBits = hostBitsOf(family);
  const first = (value >> hostBits) << hostBits;
  return { first: { family, value: first }, last: { family, value: first + (1n << hostBits) - 1n } };
}

/** What a delegation has; a record that names no prefix has nothing. */
export const spanOfDelegation = ({ address }: Delegation): Span | undefined => parseSpan(address);

/**
 * The prefixes of the ENI that the claim may have addresses of. Those that the ENI holds come before those
 * that it is about to hold, and of these the one with the most pods, so that others become empty.
 */
export function prefixesFor(state: State, { eni, delegation }: Claim): readonly Delegation[] {
  if (!delegation) return [];
  const here = state.delegations.filter((one) => one.eni.id === eni?.id && isOfUse(one) && !one.lost);
  if (here.length < 2) return here;
  const podsIn = podsInPrefixes(state);
  return here.toSorted((a, b) => byReadiness(a, b) || podsIn(b) - podsIn(a));
}

/** The prefix of the claim's ENI that has the address. */
export const prefixAround = (state: State, claim: Claim, address: Address): Delegation | undefined =>
  prefixesFor(state, claim).find((one) => withinPrefix([{ first: address, last: address }], one).length > 0);

/** The part of the spans that the prefix has. */
export function withinPrefix(spans: readonly Span[], delegation: Delegation): readonly Span[] {
  const whole = spanOfDelegation(delegation);
  return whole ? spans.flatMap((span) => intersect(span, whole) ?? []) : [];
}

/**
 * The prefixes that lie wholly in what pods may have of the set, in the claim's order; one that has an
 * address which no pod may get would keep that from whoever it is spared for.
 */
export function* blocksIn(set: UsableSet, { order, eni }: Pick<Claim, 'order' | 'eni'>): Generator<Span> {
  const rows = usableSpans(set).flatMap((span) => rowOf(span) ?? []);
  const total = rows.reduce((sum, { count }) => sum + count, 0n);
  if (total === 0n) return;
  const start = order === 'spread' ? hash(eni?.id ?? '') % total : 0n;
  for (let step = 0n; step < total; step++) {
    yield blockAt(rows, order === 'reverse' ? total - 1n - step : (start + step) % total);
  }
}

/**
 * A set without a whole prefix can give nothing in this way, however empty it is.
 * @throws Failure `invalid-config`.
 */
export function requireBlocks(sets: readonly UsableSet[]): void {
  const lacking = sets.find((set) => usableSpans(set).every((span) => !rowOf(span)));
  const family = lacking?.ranges[0]?.first.family;
  if (!lacking || !family) return;
  throw new Failure(
    'invalid-config',
    `cannot use range set ${lacking.index} (${formatSet(lacking.ranges)}) with ipam.eni.mode "prefix": no whole ` +
      `/${LENGTHS[family]} of it is free of the gateway, excluded addresses and those that AWS keeps`,
  );
}

/** Whole prefixes that stand one behind the other. */
interface Row {
  readonly first: Address;
  readonly count: bigint;
}

function rowOf({ first, last }: Span): Row | undefined {
  const { family } = first;
  const size = 1n << hostBitsOf(family);
  const start = ((first.value + size - 1n) / size) * size;
  const count = (last.value + 1n - start) / size;
  return count > 0n ? { first: { family, value: start }, count } : undefined;
}

function blockAt(rows: readonly Row[], place: bigint): Span {
  let rest = place;
  for (const { first, count } of rows) {
    if (rest < count) {
      const { family, value } = first;
      return blockAround({ family, value: value + (rest << hostBitsOf(family)) });
    }
    rest -= count;
  }
  throw new RangeError(`place ${place} is outside the rows`);
}

/**
 * The delegations that nobody needs: no pod is in them, none has just left them, and there are more of these
 * than their network keeps to spare. One that is on its way is only to spare beside one that a pod waits for.
 */
export function idlePrefixes(state: State, now: number): ReadonlySet<Delegation> {
  const podsIn = podsInPrefixes(state);
  const groups = Map.groupBy(
    state.delegations.filter(isOfUse),
    (one) => `${one.eni.id} ${one.network} ${familyOf(one.address)}`,
  );
  const idle = [...groups.values()].flatMap((group) => {
    const isFetching = group.some((one) => one.state === 'assigning' && podsIn(one) > 0);
    const rested = group.filter((one) => podsIn(one) === 0 && !isCooling(one, state, now));
    const toSpare = rested
      .filter(({ state: stage }) => isFetching || stage === 'assigned')
      .toSorted(byReadiness)
      .slice(0, Math.min(...group.map(({ spare }) => spare)));
    const spared = new Set(toSpare);
    return rested.filter((one) => !spared.has(one));
  });
  return new Set(idle);
}

const isOfUse = ({ state }: Delegation): boolean => state === 'assigned' || state === 'assigning';

/** What the ENI holds before what it is about to hold. */
const byReadiness = (a: Delegation, b: Delegation): number =>
  Number(a.state === 'assigning') - Number(b.state === 'assigning');

/** Whether an address of the prefix was a pod's a moment ago: others may not have noticed yet. */
function isCooling(delegation: Delegation, { marks }: State, now: number): boolean {
  const span = spanOfDelegation(delegation);
  return marks.some(({ reason, scope, address: text, until }) => {
    if (reason !== 'released' || scope !== delegation.eni.subnet || until <= now) return false;
    const address = parseAddress(text);
    return span !== undefined && address !== undefined && contains(span, address);
  });
}
