/** From reservations to the result that the runtime gets. */
import type { Dns, IpamResult, Route } from '../cni/result.ts';
import type { Reservation } from '../model.ts';
import { parseAddress } from '../net/address.ts';

export function toResult(
  reservations: readonly Reservation[],
  routes: readonly Route[],
  dns: Dns,
): IpamResult {
  const ips = reservations.map(({ address: text, length, gateway: via }) => {
    const address = parseAddress(text);
    if (!address) throw new TypeError(`the state holds "${text}" as an address`);
    const gateway = parseAddress(via);
    return { address: { address, length }, ...(gateway ? { gateway } : {}) };
  });
  return { ips, routes, dns };
}
