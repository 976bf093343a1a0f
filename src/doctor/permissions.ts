/** Whether EC2 lets this node assign and take off addresses. */
import type { Cloud } from '../eni/cloud.ts';
import { Failure } from '../errors.ts';
import type { Eni } from '../model.ts';
import { type Family, formatAddress } from '../net/address.ts';
import { firstOf, parsePrefix } from '../net/prefix.ts';
import type { Run } from '../run.ts';
import { type Asked, ask, isDenied } from './access.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const ACTIONS: Readonly<Record<Family, { readonly assign: string; readonly unassign: string }>> = {
  4: { assign: 'AssignPrivateIpAddresses', unassign: 'UnassignPrivateIpAddresses' },
  6: { assign: 'AssignIpv6Addresses', unassign: 'UnassignIpv6Addresses' },
};

/**
 * These actions have no DryRun (ec2.md 1.1), so each is tried with an address that AWS keeps in every
 * subnet: EC2 cannot assign it, nor can any ENI hold it. Who is not allowed is told so; who is allowed
 * hears what is wrong with the address.
 */
export async function checkPermissions(
  families: readonly Family[],
  eni: Eni,
  cloud: Cloud,
  run: Run,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const family of families) {
    const address = reservedAddress(eni, family);
    const { assign, unassign } = ACTIONS[family];
    findings.push(judge(assign, eni, await ask(run, () => cloud.assign(eni, [address]))));
    findings.push(judge(unassign, eni, await ask(run, () => cloud.unassign(eni, [address]))));
  }
  return findings;
}

/** The second address of the subnet: the VPC's router has it (VPC guide, "Subnet CIDR blocks"). */
function reservedAddress({ id, cidrs }: Eni, family: Family): string {
  const subnets = cidrs.flatMap((cidr) => parsePrefix(cidr) ?? []);
  const subnet = subnets.find(({ address }) => address.family === family);
  if (!subnet) throw new Failure('invalid-config', `the subnet of ${id} has no IPv${family} CIDR`);
  return formatAddress({ family, value: firstOf(subnet).value + 1n });
}

function judge(action: string, { id }: Eni, asked: Asked<void>): Finding {
  const check = `ec2:${action}`;
  if (!('error' in asked)) return ok(check, 'allowed');
  const { kind, message } = asked.error;
  if (isDenied(asked)) {
    return problem(
      check,
      'EC2 does not allow it',
      `Allow the role of the node ${check} on ${id}, as conf-examples/iam-policy.json does. ` +
        'A condition on a tag needs the ENI to have it, and a service control policy may forbid it, too.',
    );
  }
  switch (kind) {
    case 'rejected':
    case 'taken':
    case 'not-assigned':
    case 'eni-full':
      return ok(check, 'allowed');
    case 'eni-gone':
      return problem(check, message, `EC2 has no ${id}: was it detached and deleted?`);
    case 'transient':
    case 'not-now':
    case 'denied':
      return warning(check, `not known: ${message}`, 'Run doctor again.');
  }
}

/** DescribeNetworkInterfaces has been asked already: all that looks at neighbours rests on it. */
export function checkDescribe(families: readonly Family[], asked: Asked<unknown>): Finding {
  const check = 'ec2:DescribeNetworkInterfaces';
  if (!('error' in asked)) return ok(check, 'allowed');
  const advice = `Allow the role of the node ${check}, which knows no resource but "*".`;
  if (!isDenied(asked)) return warning(check, `not known: ${asked.error.message}`, 'Run doctor again.');
  return families.includes(6)
    ? problem(check, 'EC2 does not allow it, and IPv6 cannot do without', advice)
    : warning(check, 'EC2 does not allow it: taken addresses cost more calls, and reconcile fails', advice);
}

/** What `eni.reassign: "stale"` asks: whether the instance of another ENI is out of use. */
export function checkStale(asked: Asked<unknown>): Finding {
  const check = 'ec2:DescribeInstances';
  if (!('error' in asked)) return ok(check, 'allowed');
  const { message } = asked.error;
  if (!isDenied(asked) || !message.startsWith('DescribeInstances')) {
    return warning(check, `not known: ${message}`, 'See the lines above, and run doctor again.');
  }
  return warning(
    check,
    'EC2 does not allow it: addresses stay with instances that are out of use (eni.reassign)',
    `Allow the role of the node ${check}, which knows no resource but "*".`,
  );
}
