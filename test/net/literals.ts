/** Addresses, prefixes and spans written down as text. */
import { type Address, parseAddress } from '../../src/net/address.ts';
import { type Prefix, parsePrefix } from '../../src/net/prefix.ts';
import { parseSpan, type Span } from '../../src/net/span.ts';

export const address = (text: string): Address => parsed(text, parseAddress);
export const prefix = (text: string): Prefix => parsed(text, parsePrefix);
export const span = (text: string): Span => parsed(text, parseSpan);

function parsed<T>(text: string, parse: (text: string) => T | undefined): T {
  const value = parse(text);
  if (value === undefined) throw new TypeError(`A test means "${text}" to be something that it is not`);
  return value;
}
