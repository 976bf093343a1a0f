/** All floating addresses of an interface, as they stand. */
import { absent, type Floating } from './floating.ts';

export interface Register {
  all(): readonly Floating[];
  /** @throws RangeError for an address that does not float here. */
  get(address: string): Floating;
  change(address: string, how: (one: Floating) => Floating): void;
}

export function openRegister(addresses: readonly string[]): Register {
  const floating = new Map(addresses.map((address) => [address, absent(address)]));
  const get = (address: string): Floating => {
    const one = floating.get(address);
    if (one) return one;
    throw new RangeError(`${address} does not float here`);
  };
  return {
    all: () => [...floating.values()],
    get,
    change: (address, how) => void floating.set(address, how(get(address))),
  };
}
