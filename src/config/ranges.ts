/** Ranges of addresses as host-local has them, canonicalised once: defaults filled in, all checked. */
import { Failure } from '../errors.ts';
import { type Address, bitsOf, formatAddress, parseAddress } from '../net/address.ts';
import { firstOf, formatPrefix, lastOf, networkOf, type Prefix, parsePrefix } from '../net/prefix.ts';
import { contains, overlaps, parseSpan, type Span } from '../net/span.ts';
import { isPodPattern } from '../pod-names.ts';
import type { RangeInput } from './schema.ts';

/** Addresses from `first` to `last` but for the gateway and the excluded ones. */
export interface Range extends Span {
  readonly subnet: Prefix;
  readonly gateway: Address;
  readonly exclude: readonly Span[];
  /** Patterns of the pods that may use it; absent: it is for everyone. */
  readonly pods?: readonly string[];
}

/** One address is given out of each set; its ranges are tried in order. */
export type RangeSet = readonly Range[];

/** A list of range sets and where in the configuration it stands. */
export interface RangeSource {
  readonly path: string;
  /** Old style: the one range's fields stand at the path itself. */
  readonly isInline?: boolean;
  readonly sets: readonly (readonly RangeInput[])[];
}

/**
 * Reads the range sets of all sources, in their order.
 * @throws Failure `invalid-config`, naming the path of the field at fault.
 */
export function readRangeSets(sources: readonly RangeSource[]): readonly RangeSet[] {
  const named = sources.flatMap(({ path, isInline = false, sets }) =>
    sets.map((inputs, index) => {
      const setPath = isInline ? path : `${path}[${index}]`;
      return { path: setPath, set: readRangeSet(inputs, setPath, isInline) };
    }),
  );
  for (const [index, { path, set }] of named.entries()) {
    const other = named.slice(0, index).find((earlier) => overlap(earlier.set, set));
    if (other) throw invalid(path, `must not overlap with ${other.path}`, formatSet(set));
  }
  return named.map(({ set }) => set);
}

function readRangeSet(inputs: readonly RangeInput[], path: string, isInline: boolean): RangeSet {
  if (inputs.length === 0) throw invalid(path, 'must have at least one range', '[]');
  const pathOf = (index: number): string => (isInline ? path : `${path}[${index}]`);
  const ranges = inputs.map((input, index) => readRange(input, pathOf(index)));
  for (const [index, range] of ranges.entries()) {
    const at = pathOf(index);
    if (range.first.family !== ranges[0]?.first.family) {
      throw invalid(
        `${at}.subnet`,
        'must be of the same family as the ranges before it',
        formatPrefix(range.subnet),
      );
    }
    const other = ranges.slice(0, index).find((earlier) => overlaps(earlier, range));
    if (other) throw invalid(at, `must not overlap with ${formatSpan(other)}`, formatSpan(range));
  }
  return ranges;
}

function readRange(input: RangeInput, path: string): Range {
  const subnet = readSubnet(input.subnet, `${path}.subnet`);
  const { family } = subnet.address;
  const within = (text: string, field: string): Address => {
    const address = parseAddress(text);
    if (!address) throw invalid(`${path}.${field}`, 'must be an IP address', text);
    const whole = { first: firstOf(subnet), last: lastOf(subnet) };
    if (!contains(whole, address))
      throw invalid(`${path}.${field}`, `must be in ${formatPrefix(subnet)}`, text);
    return address;
  };
  const beside = (address: Address, offset: bigint): Address => ({ family, value: address.value + offset });

  // An IPv4 network's last address is its broadcast address, which nobody can have.
  const lastUsable = family === 4 ? beside(lastOf(subnet), -1n) : lastOf(subnet);
  const first = input.rangeStart ? within(input.rangeStart, 'rangeStart') : beside(subnet.address, 1n);
  const last = input.rangeEnd ? within(input.rangeEnd, 'rangeEnd') : lastUsable;
  if (first.value > last.value) {
    throw invalid(`${path}.rangeStart`, `must not be after ${formatAddress(last)}`, formatAddress(first));
  }
  return {
    subnet,
    first,
    last,
    gateway: input.gateway ? readGateway(input.gateway, `${path}.gateway`) : beside(subnet.address, 1n),
    exclude: (input.exclude ?? []).map((text, index) => readExclusion(text, `${path}.exclude[${index}]`)),
    ...(input.pods ? { pods: readPods(input.pods, `${path}.pods`) } : {}),
  };
}

function readPods(patterns: readonly string[], path: string): readonly string[] {
  if (patterns.length === 0) {
    throw invalid(path, 'must name a pod, or not be there when the range is for everyone', '[]');
  }
  for (const [index, pattern] of patterns.entries()) {
    if (!isPodPattern(pattern))
      throw invalid(`${path}[${index}]`, 'must be namespace/name, in which * stands for any text', pattern);
  }
  return patterns;
}

function readSubnet(text: string, path: string): Prefix {
  const subnet = parsePrefix(text);
  // host-local, too, takes no IPv4 subnet in IPv6's spelling.
  const isMapped = subnet?.address.family === 4 && text.includes(':');
  if (!subnet || isMapped) throw invalid(path, 'must be a subnet such as 10.10.1.0/24', text);
  const network = networkOf(subnet);
  if (network.address.value !== subnet.address.value) {
    throw invalid(path, `must have no host bits set, as in ${formatPrefix(network)}`, text);
  }
  if (subnet.length > bitsOf(subnet.address.family) - 2) {
    throw invalid(path, 'must have room for at least one address', text);
  }
  return subnet;
}

/**
 * host-local takes a gateway outside the subnet, even of the other family, too; then none of the
 * range's addresses is spared.
 */
function readGateway(text: string, path: string): Address {
  const gateway = parseAddress(text);
  if (!gateway) throw invalid(path, 'must be an IP address', text);
  return gateway;
}

function readExclusion(text: string, path: string): Span {
  const span = parseSpan(text);
  if (!span) throw invalid(path, 'must be an address, a CIDR or first-last', text);
  return span;
}

export const formatSpan = ({ first, last }: Span): string => `${formatAddress(first)}-${formatAddress(last)}`;

export const formatSet = (set: RangeSet): string => set.map(formatSpan).join(',');

const overlap = (a: RangeSet, b: RangeSet): boolean =>
  a.some((one) => b.some((other) => overlaps(one, other)));

const invalid = (path: string, requirement: string, value: string): Failure =>
  new Failure(
    'invalid-config',
    `cannot use the configuration: ${path} ${requirement}: current value is ${value}`,
  );
