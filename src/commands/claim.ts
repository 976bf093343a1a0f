/** From a request to the claim that it makes on a node. */

import { type Claim, matchFixed, matchRequested } from '../allocator/claim.ts';
import { rangesFor } from '../allocator/eligible.ts';
import { fitToSubnet, wholeSets } from '../allocator/subnet.ts';
import { requireBlocks } from '../allocator/whole-prefixes.ts';
import type { Request } from '../cni/request.ts';
import type { Allocation } from '../config/allocation.ts';
import type { Ec2 } from '../eni/ec2.ts';
import { locateRanges } from '../eni/locate-ranges.ts';
import { type Address, parseAddress } from '../net/address.ts';
import { contains } from '../net/span.ts';
import { podNameOf } from '../pod-names.ts';
import type { Run } from '../run.ts';
import { isGone, observeSandbox } from '../sandbox.ts';

/**
 * @throws Failure as `locateRanges` does, and `invalid-config` when the ranges do not fit the ENI's
 * subnet, or a wish the ranges.
 */
export async function makeClaim(
  { attachment, netns }: Request,
  allocation: Allocation,
  ec2: Ec2,
  run: Run,
): Promise<Claim> {
  const { world, deadline } = run;
  const { eni, rangeSets } = await run.phases.time('locate', () => locateRanges(allocation, ec2, run));
  const podName = podNameOf(allocation.pod);
  const inSubnet = eni ? fitToSubnet(rangeSets, eni) : wholeSets(rangeSets);
  const sets = rangesFor(podName, inSubnet);
  if (allocation.delegation) requireBlocks(sets);
  const fixed = [...allocation.fixed];
  const own = fixed.flatMap(([text, owner]) => (owner === podName ? (parseAddress(text) ?? []) : []));
  // Of ranges that are had from the VPC, those of other subnets are not known: a family has one set.
  const isFor = (index: number, address: Address): boolean =>
    allocation.ranges.kind === 'given'
      ? rangeSets[index]?.some((range) => contains(range, address)) === true
      : rangeSets[index]?.[0]?.first.family === address.family;
  const sandbox = observeSandbox(netns);
  const boot = world.bootId();
  return {
    attachment,
    sets,
    requested: matchRequested(sets, allocation.requested),
    fixed: matchFixed(sets, isFor, own),
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
