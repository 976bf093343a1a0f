/** Addresses that a claim must have, whatever else is free: asked for by the pod, or fixed for it. */
import { Failure } from '../errors.ts';
import type { State } from '../model.ts';
import { type Address, formatAddress } from '../net/address.ts';
import { podNameOf } from '../pod-names.ts';
import { mentioning } from '../reservations.ts';
import type { Claim } from './claim.ts';
import type { Occupancies } from './occupancy.ts';
import type { UsableSet } from './subnet.ts';

export interface Wish {
  readonly address: Address;
  /** It is the pod's by configuration, whether or not the pod asks for it. */
  readonly isFixed: boolean;
}

/** Whether the claim takes a certain address of the set or none. */
export const isParticular = ({ requested, fixed }: Claim, set: number): boolean =>
  requested.has(set) || fixed.has(set);

/**
 * What the pod asks for, else the first of its fixed addresses that none of its other interfaces has;
 * a failure when they have them all.
 */
export function wishOf(
  state: State,
  claim: Claim,
  { index }: Pick<UsableSet, 'index'>,
): Wish | Failure | undefined {
  const fixed = (claim.fixed.get(index) ?? []).map((address) => ({ address, text: formatAddress(address) }));
  const asked = claim.requested.get(index);
  if (asked) {
    const text = formatAddress(asked);
    return { address: asked, isFixed: fixed.some((one) => one.text === text) };
  }
  if (fixed.length === 0) return undefined;
  const { network, interface: name } = claim.attachment;
  const podName = podNameOf(claim.pod);
  const elsewhere = new Set(
    mentioning(state.reservations, claim.pod?.name ?? '').flatMap((one) => {
      const isHeld = one.state === 'assigned' || one.state === 'assigning';
      const isOther = one.network === network && one.interface !== name && podNameOf(one.pod) === podName;
      return isHeld && isOther ? one.address : [];
    }),
  );
  const next = fixed.find(({ text }) => !elsewhere.has(text));
  if (next) return { address: next.address, isFixed: true };
  return new Failure(
    'address-taken',
    `cannot give ${name} of ${podName} a fixed address: its other interfaces have ` +
      `${fixed.map(({ text }) => text).join(', ')}, and ipam.fixed lists no more for network ${network}`,
  );
}

/** An address of another ENI is not refused here: that may be old news, and EC2 will tell. */
export function refuseWish(
  { address, isFixed }: Wish,
  { fixedForOthers }: Claim,
  occupancies: Occupancies,
): Failure | undefined {
  const text = formatAddress(address);
  const what = `cannot give the ${isFixed ? 'fixed' : 'requested'} address ${text}`;
  const owner = fixedForOthers.get(text);
  if (owner !== undefined) {
    return new Failure('address-taken', `${what}: ipam.fixed gives it to ${owner}`);
  }
  switch (occupancies.at(text)) {
    case 'held':
      return new Failure('address-taken', `${what}: another pod of this node has it`);
    case 'unexplained':
      return new Failure('address-taken', `${what}: it is on the ENI, and no record explains why`);
    case 'delegated':
      return new Failure(
        'address-taken',
        `${what}: it is of a prefix of this node, where this network has single addresses`,
      );
    case 'unsettled':
    case 'releasing':
      return new Failure(
        'try-again',
        `${what} yet: it is still being taken off the ENI for a pod that has gone`,
      );
    case 'free':
    case 'cooling':
    case 'bound':
    case 'foreign':
    case 'fixed':
      return undefined;
  }
}
