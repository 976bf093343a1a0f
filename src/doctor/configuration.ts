/** Whether the configuration is one that an ADD can use. */
import type { Network } from '../cni/network.ts';
import { type Allocation, type Ranges, readAllocation } from '../config/allocation.ts';
import { readDns } from '../config/resolv-conf.ts';
import { Failure } from '../errors.ts';
import { isObject } from '../json.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const CHECK = 'configuration';

export interface ReadConfiguration {
  readonly finding: Finding;
  /** Absent when an ADD could not read it. */
  readonly allocation?: Allocation;
}

/** Reads it as an ADD does. */
export function checkConfiguration(network: Network): ReadConfiguration {
  try {
    const allocation = readAllocation(network, '');
    readDns(allocation.resolvConf);
    return { finding: describe(network, allocation), allocation };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const advice = 'Correct what the message names; the README has a table of all fields.';
    return { finding: problem(CHECK, error.message, advice) };
  }
}

function describe({ json, cniVersion }: Network, { ranges, eni }: Allocation): Finding {
  const { ipam } = json;
  if (isObject(ipam) && ipam['type'] !== 'eni-local') {
    return warning(
      CHECK,
      `ipam.type is ${String(ipam['type'])}, which knows no ENI`,
      'Change it to eni-local; "eni-local import" takes over what host-local has given out.',
    );
  }
  const place = eni
    ? `on the ENI ${eni.id ?? `of ${eni.interface}`}`
    : 'without an ENI (eni.assign is false)';
  return ok(CHECK, `CNI ${cniVersion}, ${describeRanges(ranges)}, ${place}`);
}

function describeRanges(ranges: Ranges): string {
  if (ranges.kind === 'reserved')
    return `no ranges, so that what the subnet reserves${ranges.pick ? ` as ${ranges.pick}` : ''} is the range`;
  return ranges.sets.length === 1 ? '1 range set' : `${ranges.sets.length} range sets`;
}
