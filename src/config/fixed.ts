/** Addresses that the configuration gives to pods by name. */
import { Failure } from '../errors.ts';
import { type Address, equalAddress, formatAddress, parseAddress } from '../net/address.ts';
import { contains } from '../net/span.ts';
import { isAmong, isPodName } from '../pod-names.ts';
import { formatSet, type Range, type RangeSet } from './ranges.ts';

/** By canonical text of the address, the name of the pod that it belongs to; a pod's own are in its order. */
export type FixedAddresses = ReadonlyMap<string, string>;

/**
 * Reads `ipam.fixed`. Every address must be one that its pod could have: of some range that is not for
 * other pods, neither excluded nor the gateway, and listed once.
 * @throws Failure `invalid-config`, naming the path of the text at fault.
 */
export function readFixed(
  input: Readonly<Record<string, readonly string[]>>,
  sets: readonly RangeSet[],
): FixedAddresses {
  const fixed = new Map<string, string>();
  for (const [pod, texts] of Object.entries(input)) {
    const path = `ipam.fixed[${JSON.stringify(pod)}]`;
    if (!isPodName(pod)) throw invalid(path, 'must be the namespace/name of a pod', pod);
    for (const [index, text] of texts.entries()) {
      const at = `${path}[${index}]`;
      const address = parseAddress(text);
      if (!address) throw invalid(at, 'must be an IP address', text);
      const fault = faultOf(address, pod, sets);
      if (fault) throw invalid(at, fault, text);
      const canonical = formatAddress(address);
      const owner = fixed.get(canonical);
      if (owner !== undefined) throw invalid(at, `must be listed once, and ${owner} has it`, text);
      fixed.set(canonical, pod);
    }
  }
  return fixed;
}

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
