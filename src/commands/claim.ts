/** From a request to the claim that it makes on a node. */
import { type Claim, matchRequested } from '../allocator/claim.ts';
import { fitToSubnet, isServedBy, wholeSets } from '../allocator/subnet.ts';
import type { Request } from '../cni/request.ts';
import type { Allocation } from '../config/allocation.ts';
import type { OpenCloud } from '../eni/cloud.ts';
import { locateEni } from '../eni/locate.ts';
import type { Eni } from '../model.ts';
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
  const eni = allocation.eni && (await locateEni(allocation.eni, suits, openCloud, run));
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
