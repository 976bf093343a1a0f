/** From a request to the claim that it makes on a node. */
import { type Claim, matchRequested } from '../allocator/claim.ts';
import { fitToSubnet, wholeSets } from '../allocator/subnet.ts';
import type { Request } from '../cni/request.ts';
import type { Allocation } from '../config/allocation.ts';
import type { Eni } from '../model.ts';
import type { Run } from '../run.ts';
import { isGone, observeSandbox } from '../sandbox.ts';

/** @throws Failure `invalid-config` when the ranges do not fit the ENI's subnet, or a wish the ranges. */
export function makeClaim(
  { attachment, netns }: Request,
  allocation: Allocation,
  eni: Eni | undefined,
  { world, deadline }: Run,
): Claim {
  const sets = eni ? fitToSubnet(allocation.rangeSets, eni) : wholeSets(allocation.rangeSets);
  const sandbox = observeSandbox(netns);
  const boot = world.bootId();
  return {
    attachment,
    sets,
    requested: matchRequested(sets, allocation.requested),
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
