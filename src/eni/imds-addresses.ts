/** The addresses and prefixes of an ENI as IMDS lists them: they may lag by seconds, so that they never prove absence. */
import { Failure } from '../errors.ts';
import type { EniRef } from '../model.ts';
import { type Family, familyOf } from '../net/address.ts';
import { isPrefix } from '../net/prefix.ts';
import { formatBlock, parseSpan } from '../net/span.ts';
import type { Run } from '../run.ts';
import { assignmentsOn } from '../state.ts';
import { type Imds, imdsOf } from './imds.ts';

/** What IMDS lists in one place: addresses, the primary one included, or prefixes. */
export type List = 'local-ipv4s' | 'ipv6s' | 'ipv4-prefix' | 'ipv6-prefix';

const LISTS: Readonly<Record<Family, Readonly<Record<'addresses' | 'prefixes', List>>>> = {
  4: { addresses: 'local-ipv4s', prefixes: 'ipv4-prefix' },
  6: { addresses: 'ipv6s', prefixes: 'ipv6-prefix' },
};

/** In which list an address or a prefix is to be found. */
export const listOf = (address: string): List =>
  LISTS[familyOf(address)][isPrefix(address) ? 'prefixes' : 'addresses'];

/** In canonical text. */
export async function readList(imds: Imds, mac: string, list: List): Promise<readonly string[]> {
  const lines = (await imds.get(`network/interfaces/macs/${mac}/${list}`))?.split('\n') ?? [];
  return lines.flatMap((line) => {
    const block = parseSpan(line.trim());
    return block ? formatBlock(block) : [];
  });
}

/**
 * What IMDS shows on the ENI, for a round there: costs no call of EC2. Nothing when it cannot tell,
 * since a round for somebody's pod does not fail for want of tidiness.
 */
export async function lookAt(eni: EniRef, run: Run): Promise<readonly string[]> {
  const { mac } = eni;
  const lists = listsAt(eni, run);
  if (!mac || lists.length === 0) return [];
  try {
    const imds = imdsOf(run);
    return (await Promise.all(lists.map((list) => readList(imds, mac, list)))).flat();
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
}

/** The lists of the families in which something is asked of the ENI, or was: others may have put either there. */
function listsAt(eni: EniRef, run: Run): readonly List[] {
  const state = run.store.read();
  const concerned = [
    ...assignmentsOn(state, eni).filter((one) => one.state === 'assigning'),
    ...state.marks.filter((mark) => mark.eni === eni.id && mark.reason === 'asked'),
  ];
  const families = new Set(concerned.map(({ address }) => familyOf(address)));
  return [...families].flatMap((family) => [LISTS[family].addresses, LISTS[family].prefixes]);
}
