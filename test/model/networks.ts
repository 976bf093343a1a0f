/** The networks of the modelled node: small ranges that overlap, so that everything collides. */

export interface ModelNetwork {
  readonly ipam: Record<string, unknown>;
  /** The addresses that it may give, a list for each range set. */
  readonly sets: readonly (readonly string[])[];
  readonly isOnEni: boolean;
  /** Addresses come out of prefixes. */
  readonly isInPrefixes: boolean;
  /** Its pods may take their own addresses over from ENIs that are out of use. */
  readonly takesOver: boolean;
}

interface ModelIpam extends Record<string, unknown> {
  readonly eni?: {
    readonly assign?: boolean;
    readonly reassign?: string;
    readonly mode?: string;
    readonly spare?: number;
  };
}

const PREFIX = '10.10.0.';

const span = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

function network(
  spans: readonly (readonly [number, number])[],
  { eni = {}, ...ipam }: ModelIpam = {},
): ModelNetwork {
  const ranges = spans.map(([first, last]) => [
    { subnet: `${PREFIX}0/24`, rangeStart: addressOf(first), rangeEnd: addressOf(last) },
  ]);
  return {
    ipam: { ranges, ...ipam, eni },
    sets: spans.map(([first, last]) => span(first, last).map(addressOf)),
    isOnEni: eni.assign !== false,
    isInPrefixes: eni.mode === 'prefix',
    takesOver: eni.reassign === 'stale',
  };
}

/** Whose address the network `fixed` gives to nobody else. */
export const FIXED = { network: 'fixed', pod: 'bob', address: addressOf(86) } as const;

export const NETWORKS = {
  pods: network([[80, 83]]),
  other: network([[82, 85]], { cooldown: 0 }),
  dual: network([
    [81, 84],
    [86, 87],
  ]),
  sticky: network([[84, 87]], { sticky: true, stickyFor: 600, eni: { reassign: 'stale' } }),
  fixed: network([[84, 88]], { fixed: { [`default/${FIXED.pod}`]: [FIXED.address] } }),
  // One prefix of each is whole: of the first one, the other networks have single addresses.
  block: network([[80, 111]], { cooldown: 1, eni: { mode: 'prefix', spare: 0 } }),
  spare: network([[96, 127]], { eni: { mode: 'prefix', spare: 1 } }),
  local: network([[80, 83]], { eni: { assign: false } }),
} satisfies Record<string, ModelNetwork>;

export type NetworkName = keyof typeof NETWORKS;
export const NETWORK_NAMES = Object.keys(NETWORKS) as readonly NetworkName[];

/** Every address that is handed out one by one, two that come in prefixes, and one that comes in none. */
export const ADDRESSES: readonly string[] = [...span(80, 88), 96, 112, 128].map(addressOf);
/** Every prefix that may be fetched. */
export const PREFIXES: readonly string[] = [80, 96, 112].map((first) => `${addressOf(first)}/28`);

/** Whether the address is of the prefix, a /28 of the subnet. */
export const isOf = (prefix: string, address: string): boolean =>
  Math.floor(lastByteOf(prefix) / 16) === Math.floor(lastByteOf(address) / 16);

const lastByteOf = (text: string): number => Number(/\.(\d+)(?:\/28)?$/.exec(text)?.[1]);

export function addressOf(lastByte: number): string {
  return `${PREFIX}${lastByte}`;
}
