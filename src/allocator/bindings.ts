/** Addresses that stay with their pods: what is remembered of them, and whose they are. */
import type { Attachment, Binding, Pod, Reservation, State } from '../model.ts';
import { parseAddress } from '../net/address.ts';
import { podNameOf } from '../pod-names.ts';
import { mentioning } from '../reservations.ts';
import { scopeOf } from '../state.ts';
import type { Claim } from './claim.ts';
import { isUsable, type UsableSet } from './subnet.ts';

/**
 * The latest so many are kept. An address has one at most, so that ranges of IPv4 stay below it; of a
 * vast range of IPv6, each pod of a Deployment would leave one behind.
 */
const MOST_BINDINGS = 8192;

/** Who a binding or a reservation is for: an interface of a pod, whatever its container. */
interface Owner extends Omit<Attachment, 'container'> {
  readonly pod: string;
  readonly set: number;
}

/** What a pod's interface is known by on every node; undefined when the runtime does not tell the pod. */
export function identityOf(
  { network, interface: name }: Attachment,
  pod: Pod | undefined,
  set: number,
): string | undefined {
  const podName = podNameOf(pod);
  return podName && keyOf({ network, interface: name, pod: podName, set });
}

const keyOf = ({ pod, network, interface: name, set }: Owner): string => `${pod} ${network} ${name} ${set}`;
const placeKey = ({ scope, address }: Binding): string => `${scope} ${address}`;

/** Whether a binding is for the very interface that claims, as a function of the binding. */
export function ownBindings({ attachment, pod }: Claim): (binding: Binding) => boolean {
  const podName = podNameOf(pod);
  return (one) =>
    one.pod === podName && one.network === attachment.network && one.interface === attachment.interface;
}

/** The address that the claiming interface had last, if this subnet and its ranges still have it. */
export function boundAddress(state: State, claim: Claim, set: UsableSet, now: number) {
  if (claim.stickyMs === 0) return undefined;
  const scope = scopeOf(claim.attachment.network, claim.eni);
  const isOwn = ownBindings(claim);
  const own = state.bindings.find(
    (one) => one.set === set.index && one.scope === scope && one.until > now && isOwn(one),
  );
  const address = parseAddress(own?.address ?? '');
  return address && isUsable(set, address) ? address : undefined;
}

/**
 * Keeps the addresses of reservations that ended for their pods. One that was the pod's before it got
 * another is not kept: the other one is what it has.
 */
export function keepForPods(state: State, ended: readonly Reservation[], now: number): State {
  const added = ended.flatMap((one) => bindingOf(one, now) ?? []);
  if (added.length === 0) return state;
  const living = new Set(
    mentioning(state.reservations, ...ended.map(({ pod }) => pod?.name ?? '')).flatMap((one) =>
      one.state === 'assigned' ? (identityOf(one, one.pod, one.set) ?? []) : [],
    ),
  );
  const latest = added.filter((one) => !living.has(keyOf(one)));
  const replaced = new Set(latest.flatMap((one) => [keyOf(one), placeKey(one)]));
  const left = state.bindings.filter((one) => !replaced.has(keyOf(one)) && !replaced.has(placeKey(one)));
  return { ...state, bindings: [...left, ...latest].slice(-MOST_BINDINGS) };
}

function bindingOf(reservation: Reservation, now: number): Binding | undefined {
  const { network, interface: name, set, address, eni, pod, sticky } = reservation;
  const podName = podNameOf(pod);
  if (!podName || !sticky || reservation.state !== 'assigned') return undefined;
  const scope = scopeOf(network, eni);
  return { network, pod: podName, interface: name, set, scope, address, until: now + sticky };
}
