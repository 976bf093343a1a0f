/** Routes of the configuration, handed on to the interface plugin. */
import type { Route } from '../cni/result.ts';
import { Failure } from '../errors.ts';
import { parseAddress } from '../net/address.ts';
import { parsePrefix } from '../net/prefix.ts';
import type { RouteInput } from './schema.ts';

/** @throws Failure `invalid-config`, naming the path of the field at fault. */
export function readRoutes(inputs: readonly RouteInput[]): readonly Route[] {
  return inputs.map(({ dst, gw, ...numbers }, index) => {
    const path = `ipam.routes[${index}]`;
    const destination = parsePrefix(dst);
    if (!destination) throw invalid(`${path}.dst`, 'must be a CIDR', dst);
    const gateway = gw ? parseAddress(gw) : undefined;
    if (gw && !gateway) throw invalid(`${path}.gw`, 'must be an IP address', gw);
    const given = Object.entries(numbers).filter(([name, value]) => isTold(name, value));
    return { dst: destination, ...(gateway ? { gw: gateway } : {}), ...Object.fromEntries(given) };
  });
}

/** CNI's own types leave a zero out, but for table and scope, where it means something. */
const isTold = (name: string, value: unknown): boolean =>
  typeof value === 'number' && (value !== 0 || name === 'table' || name === 'scope');

const invalid = (path: string, requirement: string, value: string): Failure =>
  new Failure(
    'invalid-config',
    `cannot use the configuration: ${path} ${requirement}: current value is ${value}`,
  );
