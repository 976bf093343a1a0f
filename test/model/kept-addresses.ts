/** What a sticky network promises: a pod that comes back has its address, unless somebody needed it. */
import assert from 'node:assert/strict';
import type { Binding, MarkReason } from '../../src/model.ts';
import { opened } from '../allocator/claims.ts';
import type { Entry } from './ledger.ts';
import { ADDRESSES, isOf, NETWORKS } from './networks.ts';
import { ENI, type Node, OTHER_ENI } from './node.ts';

/** Reasons for which an address cannot be had. */
const OUT_OF_REACH: ReadonlySet<MarkReason> = new Set(['foreign', 'unsettled', 'unexplained']);

/** What an ADD found. */
export interface Kept {
  readonly own: Binding | undefined;
  readonly others: readonly Binding[];
  /** What could not be had when it began: in somebody's hands, or said to be. */
  readonly unavailable: ReadonlySet<string>;
}

export function rememberKept({ attachment, pod }: Entry, node: Node): Kept {
  const { bindings } = node.state();
  const current = bindings.filter(({ scope, until }) => scope.startsWith('subnet') && until > node.time.now);
  const isOwn = (one: Binding): boolean =>
    one.network === attachment.network &&
    one.pod === `default/${pod}` &&
    one.interface === attachment.interface;
  return {
    own: NETWORKS[attachment.network].ipam['sticky'] ? current.find(isOwn) : undefined,
    others: current.filter((one) => !isOwn(one)),
    unavailable: unavailableIn(node),
  };
}

function unavailableIn(node: Node): ReadonlySet<string> {
  const { reservations, delegations, marks } = opened(node.state());
  const prefixes = [
    ...[ENI, OTHER_ENI].flatMap((eni) => node.aws.prefixes(eni)),
    ...delegations.map(({ address }) => address),
    ...marks.flatMap(({ address, reason }) => (OUT_OF_REACH.has(reason) ? address : [])),
    ...node.lateness.underWay.keys(),
  ].filter((text) => text.includes('/'));
  return new Set([
    ...ADDRESSES.filter((address) => prefixes.some((prefix) => isOf(prefix, address))),
    ...[ENI, OTHER_ENI].flatMap((eni) => node.aws.addresses(eni)),
    ...reservations.flatMap(({ eni, address, state }) => (eni && state !== 'refused' ? address : [])),
    ...marks.flatMap(({ eni, address, reason }) => (eni && OUT_OF_REACH.has(reason) ? address : [])),
    ...node.lateness.underWay.keys(),
  ]);
}

/** The answer to an ADD of an attachment that had nothing, and asked for nothing in particular. */
export function checkKept(
  { own, others, unavailable }: Kept,
  { attachment }: Entry,
  answer: readonly string[],
  node: Node,
): void {
  const { sets, isOnEni, isInPrefixes } = NETWORKS[attachment.network];
  // Of prefixes it is not for the single address to say what was to be had.
  if (!isOnEni || isInPrefixes) return;
  if (own && !unavailable.has(own.address))
    assert.deepEqual(answer, [own.address], 'its address was kept for it');
  const now = unavailableIn(node);
  for (const [set, address] of answer.entries()) {
    const binding = others.find((one) => one.address === address && one.until > node.time.now);
    if (!binding) continue;
    const isKept = (text: string): boolean => others.some((one) => one.address === text);
    const better = sets[set]?.filter((text) => !isKept(text) && !unavailable.has(text) && !now.has(text));
    assert.deepEqual(better, [], `${address} is kept for ${binding.pod}, and these were to be had`);
  }
}
