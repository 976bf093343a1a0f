/** Takes a batch of addresses, or of prefixes, off an ENI; what is not on it any more is done already. */
import type { EniRef } from '../model.ts';
import { familyOf } from '../net/address.ts';
import { isPrefix } from '../net/prefix.ts';
import { type Cloud, CloudError, type CloudErrorKind } from './cloud.ts';

/** What became of one address or prefix: off the ENI by EC2's own word, or not known to be. */
export type UnassignOutcome =
  | { readonly kind: 'released' }
  | { readonly kind: 'unanswered'; readonly error: CloudError };

/** What says nothing about the addresses. */
const UNANSWERED: ReadonlySet<CloudErrorKind> = new Set(['transient', 'not-now', 'denied']);

/**
 * One call when all are there. EC2 refuses a whole batch for one address that the ENI does not
 * hold, and does not say which: then those that it shows on the ENI go together, and the others
 * one by one, since a list may lag and only an answer to Unassign is proof. What nobody wants off any
 * more by then is left out: on a starved node, another process may have done this one's work meanwhile.
 */
export async function unassign(
  cloud: Cloud,
  eni: EniRef,
  addresses: readonly string[],
  isWanted: (address: string) => boolean = () => true,
): Promise<ReadonlyMap<string, UnassignOutcome>> {
  const outcomes = new Map<string, UnassignOutcome>();
  const report = (batch: readonly string[], outcome: UnassignOutcome): void => {
    for (const address of batch) outcomes.set(address, outcome);
  };

  async function attempt(batch: readonly string[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      await cloud.unassign(eni, batch);
      report(batch, { kind: 'released' });
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      if (error.kind === 'eni-gone') return report(batch, { kind: 'released' });
      if (UNANSWERED.has(error.kind)) return report(batch, { kind: 'unanswered', error });
      if (batch.length > 1) return await separate(batch);
      const isOff = error.kind === 'not-assigned' || (await isOffByList(batch));
      report(batch, isOff ? { kind: 'released' } : { kind: 'unanswered', error });
    }
  }

  async function separate(batch: readonly string[]): Promise<void> {
    const shown = (await askAddresses()) ?? [];
    const present = batch.filter((address) => shown.includes(address));
    if (present.length < batch.length) await attempt(present);
    for (const address of batch) {
      const isLeft = present.length === batch.length || !present.includes(address);
      if (isLeft && isWanted(address)) await attempt([address]);
    }
  }

  /**
   * What EC2 says of an IPv6 address or a prefix that the ENI does not hold is not known (ec2.md 1.4).
   * That it refuses, and does not show it there, is proof enough.
   */
  async function isOffByList([address = '']: readonly string[]): Promise<boolean> {
    if (familyOf(address) === 4 && !isPrefix(address)) return false;
    const shown = await askAddresses();
    return shown !== undefined && !shown.includes(address);
  }

  async function askAddresses(): Promise<readonly string[] | undefined> {
    try {
      return await cloud.secondariesOf(eni.id);
    } catch (error) {
      if (error instanceof CloudError) return undefined;
      throw error;
    }
  }

  await attempt(addresses);
  return outcomes;
}
