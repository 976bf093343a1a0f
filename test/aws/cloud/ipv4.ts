/** IPv4 addresses and blocks as numbers, read by grammar and never by coercion. */

/** A block of addresses: the first one and how many there are. */
export type Ipv4Block = { readonly first: number; readonly size: number };

/** The address as a number, or undefined when the text is not a dotted quad. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** The block that a CIDR names; undefined when it is not one, or when host bits are set. */
export function parseIpv4Block(text: string): Ipv4Block | undefined {
  const [address = '', length = '', ...rest] = text.split('/');
  const first = parseIpv4(address);
  if (first === undefined || rest.length > 0 || !/^(\d|[12]\d|3[0-2])$/.test(length)) return undefined;
  const size = 2 ** (32 - Number(length));
  return first % size === 0 ? { first, size } : undefined;
}

export function blockContains(block: Ipv4Block, address: number): boolean {
  return address >= block.first && address < block.first + block.size;
}

/** Sorts dotted quads by number, so that .9 comes before .10. */
export function sortedIpv4(addresses: Iterable<string>): string[] {
  return [...addresses].sort((left, right) => (parseIpv4(left) ?? 0) - (parseIpv4(right) ?? 0));
}
