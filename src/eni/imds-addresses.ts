/** The addresses of an ENI as IMDS lists them: they may lag by seconds, so that they never prove absence. */
import { Failure } from '../errors.ts';
import type { EniRef } from '../model.ts';
import { type Family, familyOf, formatAddress, parseAddress } from '../net/address.ts';
import type { Run } from '../run.ts';
import { type Imds, imdsOf } from './imds.ts';

const LISTS: Readonly<Record<Family, string>> = { 4: 'local-ipv4s', 6: 'ipv6s' };

/** In canonical text, the primary address included. */
export async function listAddresses(imds: Imds, mac: string, family: Family): Promise<readonly string[]> {
  const lines = (await imds.get(`network/interfaces/macs/${mac}/${LISTS[family]}`))?.split('\n') ?? [];
  return lines.flatMap((line) => {
    const address = parseAddress(line.trim());
    return address ? formatAddress(address) : [];
  });
}

/**
 * What IMDS shows on the ENI, for a round there: costs no call of EC2. Nothing when it cannot tell,
 * since a round for somebody's pod does not fail for want of tidiness.
 */
export async function lookAt(eni: EniRef, run: Run): Promise<readonly string[]> {
  const { mac } = eni;
  const families = familiesAt(eni, run);
  if (!mac || families.length === 0) return [];
  try {
    const imds = imdsOf(run);
    return (await Promise.all(families.map((family) => listAddresses(imds, mac, family)))).flat();
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
}

/** The families in which something is asked of the ENI, or was. */
function familiesAt(eni: EniRef, run: Run): readonly Family[] {
  const { reservations, marks } = run.store.read();
  const concerned = [
    ...reservations.filter((one) => one.eni?.id === eni.id && one.state === 'assigning'),
    ...marks.filter((mark) => mark.eni === eni.id && mark.reason === 'asked'),
  ];
  return [...new Set(concerned.map(({ address }) => familyOf(address)))];
}
