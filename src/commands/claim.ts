/** From a request to the claim that it makes on a node. */
import { type Claim, matchFixed, matchRequested } from '../allocator/claim.ts';
import { rangesFor } from '../allocator/eligible.ts';
import { requireBlocks } from '../allocator/prefixes.ts';
import { fitToSubnet, isServedBy, wholeSets } from '../allocator/subnet.ts';
import type { Request } from '../cni/request.ts';
import type { Allocation } from '../config/allocation.ts';
import type { OpenCloud } from '../eni/cloud.ts';
import { locateEni } from '../eni/locate.ts';
import type { Eni } from '../model.ts';
import { parseAddress } from '../net/address.ts';
import { podNameOf } from '../pod-names.ts';
import type { Run } from '../run.ts';
import { isGone, observeSandbox } from '../sandbox.ts';

/**
 * @throws Failure as `locateEni` does, and `invalid-config` when the ranges do not fit the ENI's
 * subnet, or a wish the ranges.
 */
export async function makeClaim(
  { attachment, netns }: Request,
  allocation: Allocation,
  openCloud: OpenCloud,
  run: Run,
): Promise<Claim> {
  const { world, deadline } = run;
  const suits = (known: Eni): boolean => isServedBy(allocation.rangeSets, known);
  const { eni: source } = allocation;
  const eni = source && (await run.phases.time('locate', () => locateEni(source, suits, openCloud, run)));
  const podName = podNameOf(allocation.pod);
  const inSubnet = eni ? fitToSubnet(allocation.rangeSets, eni) : wholeSets(allocation.rangeSets);
  const sets = rangesFor(podName, inSubnet);
  if (allocation.delegation) requireBlocks(sets);
  const fixed = [...allocation.fixed];
  const own = fixed.flatMap(([text, owner]) => (owner === podName ? (parseAddress(text) ?? []) : []));
  const sandbox = observeSandbox(netns);
  const boot = world.bootId();
  return {
    attachment,
    sets,
    requested: matchRequested(sets, allocation.requested),
    fixed: matchFixed(sets, allocation.rangeSets, own),
    fixedForOthers: new Map(fixed.filter(([, owner]) => owner !== podName)),
    stickyMs: allocation.stickyMs,
    reassign: allocation.reassign,
    ...(allocation.delegation ? { delegation: allocation.delegation } : {}),
    order: allocation.order,
    cooldownMs: allocation.cooldownMs,
    boot,
    since: Math.floor(world.now() - world.elapsed()),
    deadline: world.now() + deadline.remaining(),
    isGone: (reservation) => isGone(reservation, boot),
    ...(eni ? { eni } : {}),
    ...(allocation.pod ? { pod: allocation.pod } : {}),
    ...(sandbox ? { sandbox } : {}),
  };
}
