/** Addresses that an Assign without an answer left on an ENI after all was given up. */
import { Failure } from '../errors.ts';
import type { EniRef, MarkReason, State } from '../model.ts';
import type { Run } from '../run.ts';
import { openImds } from './imds.ts';

/**
 * Of what the ENI holds, the addresses that this node asked for and nobody has. Only these may be
 * taken off unasked: what no mark explains is somebody else's.
 */
export function straysAmong(
  listed: readonly string[],
  state: State,
  eni: EniRef,
  now: number,
): readonly string[] {
  const marked = (reason: MarkReason): ReadonlyMap<string, number> =>
    new Map(
      state.marks
        .filter((mark) => mark.reason === reason && mark.scope === eni.subnet)
        .filter((mark) => mark.eni === eni.id && mark.until > now)
        .map(({ address, since }) => [address, since]),
    );
  const asked = marked('asked');
  if (asked.size === 0) return [];
  const released = marked('released');
  // IMDS lags: what was taken off a moment ago may still be listed. But what was asked for after it was
  // taken off is not what IMDS remembers.
  const isStray = (address: string): boolean => (asked.get(address) ?? 0) > (released.get(address) ?? 0);
  const taken = new Set(
    state.reservations.filter((one) => one.eni?.subnet === eni.subnet).map(({ address }) => address),
  );
  return listed.filter((address) => asked.has(address) && isStray(address) && !taken.has(address));
}

/** Looks for strays in IMDS, which costs no EC2 call, and only when there may be some. */
export async function findStrays(eni: EniRef, run: Run): Promise<readonly string[]> {
  const state = run.store.read();
  const now = run.world.now();
  const asked = state.marks.filter(
    (mark) => mark.reason === 'asked' && mark.eni === eni.id && mark.until > now,
  );
  if (asked.length === 0 || !eni.mac) return [];
  try {
    const listed = await openImds(run.world, run.deadline).get(
      `network/interfaces/macs/${eni.mac}/local-ipv4s`,
    );
    return straysAmong(listed?.split('\n') ?? [], state, eni, now);
  } catch (error) {
    // A round for somebody's pod does not fail for want of tidiness.
    if (error instanceof Failure) return [];
    throw error;
  }
}
