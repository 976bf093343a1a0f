/** Addresses that the pod asks for, merged from the three places that may name them. */
import { Failure } from '../errors.ts';
import { type Address, equalAddress, parseAddress } from '../net/address.ts';
import { parsePrefix } from '../net/prefix.ts';
import type { NetworkInput } from './schema.ts';

/**
 * CNI_ARGS `IP`, `args.cni.ips` and `runtimeConfig.ips`, in host-local's order and without
 * duplicates (Multus sends the same list twice). A prefix length is allowed and means nothing.
 * @throws Failure `invalid-config`, naming the place of a text that is no address.
 */
export function readRequestedAddresses(fromArgs: readonly string[], input: NetworkInput): readonly Address[] {
  const sources = {
    'CNI_ARGS IP': fromArgs,
    'args.cni.ips': input.args?.cni?.ips ?? [],
    'runtimeConfig.ips': input.runtimeConfig?.ips ?? [],
  };
  const addresses: Address[] = [];
  for (const [path, texts] of Object.entries(sources)) {
    for (const text of texts) {
      const address = parseAddress(text) ?? parsePrefix(text)?.address;
      if (!address) {
        throw new Failure(
          'invalid-config',
          `cannot use the address in ${path} as it is none: current value is ${text}`,
        );
      }
      if (!addresses.some((other) => equalAddress(other, address))) addresses.push(address);
    }
  }
  return addresses;
}
