/** The networks of the modelled node: small ranges that overlap, so that everything collides. */

export interface ModelNetwork {
  readonly ipam: Record<string, unknown>;
  /** The addresses that it may give, a list for each range set. */
  readonly sets: readonly (readonly string[])[];
  readonly isOnEni: boolean;
}

const PREFIX = '10.10.0.';

const span = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

function network(
  spans: readonly (readonly [number, number])[],
  ipam: Record<string, unknown> = {},
): ModelNetwork {
  const ranges = spans.map(([first, last]) => [
    { subnet: `${PREFIX}0/24`, rangeStart: addressOf(first), rangeEnd: addressOf(last) },
  ]);
  const isOnEni = ipam['eni'] === undefined;
  return {
    ipam: { ranges, ...ipam },
    sets: spans.map(([first, last]) => span(first, last).map(addressOf)),
    isOnEni,
  };
}

export const NETWORKS = {
  pods: network([[80, 83]]),
  other: network([[82, 85]], { cooldown: 0 }),
  dual: network([
    [81, 84],
    [86, 87],
  ]),
  local: network([[80, 83]], { eni: { assign: false } }),
} satisfies Record<string, ModelNetwork>;

export type NetworkName = keyof typeof NETWORKS;
export const NETWORK_NAMES = Object.keys(NETWORKS) as readonly NetworkName[];

/** Every address that some network may give, and one that none may. */
export const ADDRESSES: readonly string[] = span(80, 88).map(addressOf);

export function addressOf(lastByte: number): string {
  return `${PREFIX}${lastByte}`;
}
