/** The IPv6 block of a subnet, and which addresses have a place in it. */
import { type Block, blockFrom, blockOfAddress, overlap } from './block.ts';
import { ec2Error } from './ec2-error.ts';
import { keptByAws } from './holdings.ts';
import { formatIpv6, parseIpv6 } from './ipv6.ts';
import type { Subnet } from './model.ts';

/** The subnet's IPv6 block; a subnet may have none. */
export function ipv6BlockOf(subnet: Subnet): Block {
  if (subnet.ipv6Cidr === undefined) throw ec2Error('noIpv6Block', { id: subnet.id });
  return blockFrom(subnet.ipv6Cidr);
}

/** The address in its one spelling; refuses what is none, or has no place in the subnet. */
export function placedIpv6(subnet: Subnet, text: string): string {
  const whole = ipv6BlockOf(subnet);
  const address = canonicalIpv6(text);
  if (address === undefined) throw ec2Error('notAnIpv6Address', { address: text });
  const alone = blockOfAddress(address);
  if (!overlap(whole, alone)) throw ec2Error('outsideIpv6Block', { address });
  if (keptByAws(whole).some((kept) => overlap(kept, alone))) throw ec2Error('reservedIpv6', { address });
  return address;
}

/** The one spelling of an address, or undefined when the text is not one. */
export function canonicalIpv6(text: string): string | undefined {
  const number = parseIpv6(text);
  return number === undefined ? undefined : formatIpv6(number);
}
