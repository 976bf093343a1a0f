/** How much an ENI can hold: the limit belongs to the instance type, so one that is attached nowhere has none. */
import { ec2Error } from './ec2-error.ts';
import { type InstanceType, instanceTypes } from './instance-types.ts';
import type { CloudState, Eni } from './model.ts';

/** The primary address counts, and a prefix counts as one address. */
export function checkIpv4Room(state: CloudState, eni: Eni, gained: number): void {
  const limit = limitsOf(state, eni)?.ipv4PerInterface;
  if (limit === undefined || gained === 0) return;
  if (1 + eni.secondaries.length + eni.prefixes.length + gained > limit) throw ec2Error('addressLimit');
}

/** IPv6 is counted apart from IPv4. */
export function checkIpv6Room(state: CloudState, eni: Eni, gained: number): void {
  const limit = limitsOf(state, eni)?.ipv6PerInterface;
  if (limit === undefined || gained === 0) return;
  if (eni.ipv6.length + eni.ipv6Prefixes.length + gained > limit) throw ec2Error('ipv6Limit');
}

function limitsOf(state: CloudState, { attachment }: Eni): InstanceType | undefined {
  const instance = attachment && state.instances.get(attachment.instanceId);
  return instance && instanceTypes.get(instance.type);
}
