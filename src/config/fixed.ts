/** Addresses that the configuration gives to pods by name. */
import { Failure } from '../errors.ts';
import { type Address, equalAddress, formatAddress, parseAddress } from '../net/address.ts';
import { contains } from '../net/span.ts';
import { isAmong, isPodName } from '../pod-names.ts';
import { formatSet, type Range, type RangeSet } from './ranges.ts';

/** By canonical text of the address, the name of the pod that it belongs to; a pod's own are in its order. */
export type FixedAddresses = ReadonlyMap<string, string>;

/**
 * Reads `ipam.fixed`: each address is listed once.
 * @throws Failure `invalid-config`, naming the path of the text at fault.
 */
export function readFixed(input: Readonly<Record<string, readonly string[]>>): FixedAddresses {
  const fixed = new Map<string, string>();
  for (const [pod, texts] of Object.entries(input)) {
    if (!isPodName(pod)) throw invalid(pathOf(pod), 'must be the namespace/name of a pod', pod);
    for (const [index, text] of texts.entries()) {
      const at = `${pathOf(pod)}[${index}]`;
      const address = parseAddress(text);
      if (!address) throw invalid(at, 'must be an IP address', text);
      const canonical = formatAddress(address);
      const owner = fixed.get(canonical);
      if (owner !== undefined) throw invalid(at, `must be listed once, and ${owner} has it`, text);
      fixed.set(canonical, pod);
    }
  }
  return fixed;
}

/**
 * Every address must be one that its pod could have: of some range that is not for other pods, neither
 * excluded nor the gateway. Only what `concerns` the sets is looked at.
 * @throws Failure `invalid-config`, naming the path of the address at fault.
 */
export function checkFixed(
  fixed: FixedAddresses,
  sets: readonly RangeSet[],
  concerns: (address: Address) => boolean = () => true,
): void {
  const places = new Map<string, number>();
  for (const [text, pod] of fixed) {
    const place = places.get(pod) ?? 0;
    places.set(pod, place + 1);
    const address = parseAddress(text);
    const fault = address && concerns(address) ? faultOf(address, pod, sets) : undefined;
    if (fault) throw invalid(`${pathOf(pod)}[${place}]`, fault, text);
  }
}

const pathOf = (pod: string): string => `ipam.fixed[${JSON.stringify(pod)}]`;

function faultOf(address: Address, pod: string, sets: readonly RangeSet[]): string | undefined {
  const range = sets.flat().find((one) => contains(one, address));
  if (!range) return `must be in ${sets.map(formatSet).join(' or ')}`;
  if (isSpared(address, range)) return 'must not be excluded, nor the gateway';
  if (range.pods && !isAmong(pod, range.pods)) return `must be in a range for ${pod}`;
  return undefined;
}

const isSpared = (address: Address, { gateway, exclude }: Range): boolean =>
  equalAddress(address, gateway) || exclude.some((span) => contains(span, address));

const invalid = (path: string, requirement: string, value: string): Failure =>
  new Failure(
    'invalid-config',
    `cannot use the configuration: ${path} ${requirement}: current value is ${value}`,
  );
