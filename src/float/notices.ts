/** Reads what iproute2's `ip` prints: notices of `ip -o monitor address`, and what an interface has; pure. */
import * as v from 'valibot';
import { formatAddress, parseAddress } from '../net/address.ts';

/** What the kernel told, in one line. */
export interface Notice {
  readonly interface: string;
  /** In canonical text. */
  readonly address: string;
  /** It went; else it came, or something about it changed. */
  readonly isDeletion: boolean;
}

/** An interface as the kernel has it. */
export interface Sight {
  readonly mac?: string;
  /** In canonical text, of both families: those that the kernel uses or is about to use. */
  readonly addresses: readonly string[];
}

/** Undefined for a line that says something else. */
export function parseNotice(line: string): Notice | undefined {
  const [, deleted, name, text = ''] =
    /^(Deleted )?\d+: ([^\s@]+)(?:@\S+)?\s+inet6? ([\d.:a-f]+)[/ ]/i.exec(line) ?? [];
  const address = parseAddress(text);
  if (name === undefined || !address) return undefined;
  return { interface: name, address: formatAddress(address), isDeletion: deleted !== undefined };
}

const SightShape = v.array(
  v.object({
    address: v.optional(v.string()),
    addr_info: v.optional(
      v.array(v.object({ local: v.optional(v.string()), dadfailed: v.optional(v.boolean()) })),
      [],
    ),
  }),
);

/**
 * Reads `ip -j address show dev IF`. A tentative IPv6 address counts: duplicate address detection takes a second, in
 * which the address is on its way already, and between ENIs it sees nobody, since a VPC carries no such
 * multicast. One that failed there does not count: the kernel does not use it.
 * @throws Error for something else.
 */
export function parseSight(json: string): Sight {
  const [shown] = v.parse(SightShape, JSON.parse(json));
  const addresses = (shown?.addr_info ?? []).flatMap(({ local = '', dadfailed }) => {
    const address = dadfailed === true ? undefined : parseAddress(local);
    return address ? formatAddress(address) : [];
  });
  return { addresses, ...(shown?.address === undefined ? {} : { mac: shown.address.toLowerCase() }) };
}
