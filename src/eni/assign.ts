/** Assigns a batch of addresses, or of prefixes, to an ENI, so that a bad one never fails its neighbours. */
import type { EniRef, Verdict } from '../model.ts';
import { familyOf } from '../net/address.ts';
import { isPrefix } from '../net/prefix.ts';
import { formatBlock, parseSpan } from '../net/span.ts';
import { type Cloud, CloudError, type CloudErrorKind } from './cloud.ts';
import { type Holder, type Holding, holderOf } from './holdings.ts';

/** What became of one address or prefix. */
export type AssignOutcome =
  /** `from` is the ENI that it was taken over from. */
  | { readonly kind: 'held'; readonly from?: string }
  /** EC2's final word. `holder` is the ENI that has the address, where EC2 tells. */
  | { readonly kind: 'refused'; readonly verdict: Verdict; readonly holder?: string }
  /** No answer: it may have been assigned, or may yet be. */
  | { readonly kind: 'unanswered'; readonly error: CloudError };

export interface AssignReport {
  readonly outcomes: ReadonlyMap<string, AssignOutcome>;
  /** Who holds what in the subnet, if that had to be asked. */
  readonly holdings: readonly Holding[];
}

/**
 * One call when all goes well. EC2 refuses a whole batch for one address, so after a refusal the
 * guilty ones are found (by whom EC2 says holds them, else by the message, else by halving) and the
 * rest is tried again.
 */
export async function assign(cloud: Cloud, eni: EniRef, addresses: readonly string[]): Promise<AssignReport> {
  const outcomes = new Map<string, AssignOutcome>();
  let holdings: readonly Holding[] | undefined;
  const holder = (address: string): Holder | undefined => holderOf(holdings ?? [], address);
  let full: { readonly kind: 'eni-full'; readonly message: string } | undefined;

  async function attempt(batch: readonly string[]): Promise<void> {
    if (batch.length === 0) return;
    // Nothing leaves the ENI during a round: one that has no room for one address has none for the rest.
    if (full) return refuse(batch, full.kind, full.message);
    try {
      await cloud.assign(eni, batch);
      for (const address of batch) outcomes.set(address, { kind: 'held' });
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      await recover(batch, error);
    }
  }

  async function recover(batch: readonly string[], error: CloudError): Promise<void> {
    switch (error.kind) {
      case 'transient':
      case 'not-now':
        for (const address of batch) outcomes.set(address, { kind: 'unanswered', error });
        return;
      case 'denied':
      case 'eni-gone':
        return refuse(batch, error.kind, error.message);
      case 'eni-full':
        if (batch.length === 1) full = { kind: error.kind, message: error.message };
        return await divide(batch, error.kind, error.message);
      case 'taken':
      case 'rejected':
      case 'not-assigned': {
        holdings ??= await askHoldings();
        const guilty = findGuilty(batch, error.kind, error.message);
        if (guilty.length === 0) return await divide(batch, error.kind, error.message);
        refuse(guilty, error.kind, error.message);
        return await attempt(batch.filter((address) => !guilty.includes(address)));
      }
    }
  }

  /**
   * Those that the message names. It says who is taken to the letter; another message may name the
   * whole batch, and then, or when it names nobody, EC2's account of who holds what decides, though
   * that may lag.
   */
  function findGuilty(batch: readonly string[], kind: FinalKind, message: string): readonly string[] {
    const named = namedIn(message, batch);
    if (named.length > 0 && (kind === 'taken' || named.length < batch.length)) return named;
    return batch.filter((address) => isElsewhere(holder(address), eni));
  }

  function refuse(batch: readonly string[], kind: FinalKind, message: string): void {
    for (const address of batch) {
      const known = holder(address);
      outcomes.set(
        address,
        isUnexplained(address, kind, known, eni)
          ? { kind: 'unanswered', error: new CloudError('not-now', 'Unexplained', message) }
          : refusal(eni, address, kind, message, known),
      );
    }
  }

  /** Halving finds what no message names: for one culprit, two calls for each doubling of the batch. */
  async function divide(batch: readonly string[], kind: FinalKind, message: string): Promise<void> {
    if (batch.length === 1) return refuse(batch, kind, message);
    const middle = Math.ceil(batch.length / 2);
    await attempt(batch.slice(0, middle));
    await attempt(batch.slice(middle));
  }

  /** Nobody has to be allowed to ask: without an answer, messages and halving do. */
  async function askHoldings(): Promise<readonly Holding[]> {
    try {
      return await cloud.holdingsIn(eni.subnet);
    } catch (error) {
      if (error instanceof CloudError) return [];
      throw error;
    }
  }

  await attempt(addresses);
  return { outcomes, holdings: holdings ?? [] };
}

const isElsewhere = (holder: Holder | undefined, eni: EniRef): boolean =>
  holder !== undefined && (holder.eni !== eni.id || holder.primary || !holder.exact);

/**
 * AWS documents no error for an IPv6 address or a prefix of which another ENI holds something, and EC2's
 * account of who holds what may lag behind its refusal: it is asked again.
 */
const isUnexplained = (address: string, kind: FinalKind, holder: Holder | undefined, eni: EniRef): boolean =>
  kind === 'rejected' && (familyOf(address) === 6 || isPrefix(address)) && !isElsewhere(holder, eni);

/** What of the batch a message names, whole and in whatever spelling: 10.0.0.1 is not in 10.0.0.11. */
function namedIn(message: string, batch: readonly string[]): readonly string[] {
  const words = message.match(/[0-9a-fA-F:.]*[0-9a-fA-F:](?:\/\d+)?/g) ?? [];
  const blocks = words.flatMap((word) => parseSpan(word) ?? []);
  const named = new Set(blocks.map(formatBlock));
  return batch.filter((address) => named.has(address));
}

function refusal(
  eni: EniRef,
  address: string,
  kind: FinalKind,
  said: string,
  holder: Holder | undefined,
): AssignOutcome {
  const elsewhere = holder && isElsewhere(holder, eni) ? holder.eni : undefined;
  const why = elsewhere ? `${elsewhere} holds it (${said})` : said;
  const verdict: Verdict = {
    kind: elsewhere ? 'address-taken' : VERDICTS[kind],
    message: `cannot assign ${address} to ${eni.id}: ${why}`,
  };
  return { kind: 'refused', verdict, ...(elsewhere ? { holder: elsewhere } : {}) };
}

type FinalKind = Exclude<CloudErrorKind, 'transient' | 'not-now'>;

const VERDICTS: Readonly<Record<FinalKind, Verdict['kind']>> = {
  denied: 'denied',
  'eni-gone': 'no-eni',
  'eni-full': 'eni-full',
  taken: 'address-taken',
  rejected: 'invalid-config',
  'not-assigned': 'invalid-config',
};
