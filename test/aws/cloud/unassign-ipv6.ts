/** IPv6 addresses come off an ENI: all of them or none. */
import { ec2Error } from './ec2-error.ts';
import { findEni } from './find.ts';
import { canonicalIpv6 } from './ipv6-space.ts';
import { type CloudState, withEnis } from './model.ts';

/** An address on another ENI is as little assigned to this one as a free address is. */
export function unassignIpv6Addresses(
  state: CloudState,
  eniId: string,
  wanted: readonly string[],
): CloudState {
  const eni = findEni(state, eniId);
  const addresses = wanted.map(mustBeAddress);
  const foreign = addresses.filter((address) => !eni.ipv6.includes(address));
  if (foreign.length > 0) throw ec2Error('ipv6NotAssigned', { id: eni.id, addresses: foreign.join(', ') });
  return withEnis(state, { ...eni, ipv6: eni.ipv6.filter((address) => !addresses.includes(address)) });
}

function mustBeAddress(text: string): string {
  const address = canonicalIpv6(text);
  if (address === undefined) throw ec2Error('notAnIpv6Address', { address: text });
  return address;
}
