/** Whether the host interface is there, and which ENI it is. */
import { readFileSync } from 'node:fs';
import type { EniSource } from '../config/allocation.ts';
import type { OpenCloud } from '../eni/cloud.ts';
import { discoverEni } from '../eni/discover.ts';
import { Failure, type FailureKind } from '../errors.ts';
import type { Eni } from '../model.ts';
import type { Run } from '../run.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const CHECK = 'ENI';

const ADVICE: Partial<Record<FailureKind, string>> = {
  'no-eni':
    'Attach the ENI to this instance and name its interface as "master" or ipam.eni.interface; ' +
    '"ip -br link" lists names and MACs.',
  denied: 'Allow the role of the node ec2:DescribeNetworkInterfaces and ec2:DescribeSubnets.',
  'invalid-config': 'Name the host interface as "ip -br link" does.',
};

export async function checkEni(
  source: EniSource,
  openCloud: OpenCloud,
  run: Run,
): Promise<{ readonly findings: readonly Finding[]; readonly eni?: Eni }> {
  try {
    const { eni } = await discoverEni(source, openCloud, run);
    const { interface: name } = source;
    const where = `${eni.id} in ${eni.subnet} (${eni.cidrs.join(', ')})`;
    const isNamed = source.id === undefined && name !== undefined;
    const found = ok(CHECK, isNamed ? `${name} is ${where}` : where);
    return { findings: [found, ...(isNamed ? checkUp(name) : [])], eni };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const advice = ADVICE[error.kind] ?? 'An ADD would be told to try again later; see the other lines.';
    return { findings: [problem(CHECK, error.message, advice)] };
  }
}

/** IFF_UP of netdevice(7): an interface on top of one that is down carries nothing. */
function checkUp(name: string): readonly Finding[] {
  const flags = Number(readFileSync(`/sys/class/net/${name}/flags`, 'utf8'));
  if ((flags & 1) !== 0) return [];
  return [
    warning(CHECK, `${name} is down: a pod would get its address, and no packets`, `ip link set ${name} up`),
  ];
}
