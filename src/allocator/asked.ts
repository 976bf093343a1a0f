/** Addresses that this node has asked EC2 for, and that its ENI may have though nobody has them. */
import type { MarkReason, State } from '../model.ts';

/**
 * Whether the address, if the ENI has it, is there by this node's wish. IMDS lags: what was taken off a
 * moment ago may still be listed. But what was asked for after it was taken off is not what IMDS remembers.
 */
export function wasAskedFor(
  address: string,
  eni: { readonly id: string; readonly subnet: string },
  { marks }: State,
  now: number,
): boolean {
  let asked = 0;
  let released = 0;
  const latest = (reason: MarkReason, since: number): void => {
    if (reason === 'asked') asked = Math.max(asked, since);
    if (reason === 'released') released = Math.max(released, since);
  };
  for (const mark of marks) {
    const isHere = mark.eni === eni.id && mark.scope === eni.subnet && mark.address === address;
    if (isHere && mark.until > now) latest(mark.reason, mark.since);
  }
  return asked > released;
}
