/** What a block of a subnet is up against: the subnet's CIDRs, other reservations, and who sits inside. Pure. */
import { reservedByAws } from '../allocator/subnet.ts';
import type { CidrReservation, SeenEni } from '../eni/survey.ts';
import { formatAddress } from '../net/address.ts';
import { type Prefix, parsePrefix } from '../net/prefix.ts';
import {
  encloses,
  equalSpan,
  overlaps,
  parseSpan,
  type Span,
  sizeOf,
  spanOf,
  subtract,
} from '../net/span.ts';

/** A subnet as EC2 tells of it. */
export interface SeenSubnet {
  readonly id: string;
  readonly cidrs: readonly string[];
  readonly reservations: readonly CidrReservation[];
  readonly enis: readonly SeenEni[];
}

/** Something inside the block that an ENI holds. */
export interface Occupant {
  /** An address, or a prefix in CIDR notation. */
  readonly address: string;
  /** `primary`: the ENI's own, which stays with it for as long as there is the ENI. */
  readonly as: 'primary' | 'secondary' | 'prefix';
  readonly eni: string;
  readonly instance?: string;
  readonly description?: string;
}

/**
 * - `free`: nothing speaks against it.
 * - `reserved`: it is already, and nothing is to be done.
 * - `questionable`: EC2 would do it, and pods would clash with what is there.
 * - `impossible`: EC2 would refuse it, or no pod would have anything of it.
 */
export type Verdict =
  | { readonly kind: 'free' }
  | { readonly kind: 'reserved'; readonly by: CidrReservation }
  | { readonly kind: 'questionable' | 'impossible'; readonly reasons: readonly string[] };

/** Who holds what of the block, in the order of addresses. */
export function occupantsOf(block: Prefix, { enis }: SeenSubnet): readonly Occupant[] {
  const inside = enis.flatMap(({ holdings, ...eni }) =>
    holdings.flatMap(({ span, primary }) => (overlaps(span, spanOf(block)) ? { span, primary, eni } : [])),
  );
  return inside
    .toSorted((a, b) => (a.span.first.value < b.span.first.value ? -1 : 1))
    .map(({ span, primary, eni: { id, instance, description } }) => ({
      ...nameOf(span, primary),
      eni: id,
      ...(instance === undefined ? {} : { instance }),
      ...(description === undefined ? {} : { description }),
    }));
}

function nameOf(span: Span, primary: boolean): Pick<Occupant, 'address' | 'as'> {
  const first = formatAddress(span.first);
  if (sizeOf(span) === 1n) return { address: first, as: primary ? 'primary' : 'secondary' };
  // A delegated prefix is a /28 or an /80 (ec2.md 1.5).
  return { address: `${first}/${span.first.family === 4 ? 28 : 80}`, as: 'prefix' };
}

/**
 * Whether the block should be reserved. An ENI's own address stays where it is, and is the very clash that a
 * reservation is to prevent. Other addresses inside come and go with their pods, some of them ours.
 */
export function judge(block: Prefix, subnet: SeenSubnet): Verdict {
  const same = subnet.reservations.find(
    ({ type, span }) => type === 'explicit' && equalSpan(span, spanOf(block)),
  );
  if (same) return { kind: 'reserved', by: same };
  const obstacles = obstaclesTo(block, subnet);
  if (obstacles.length > 0) return { kind: 'impossible', reasons: obstacles };
  const reasons = [
    ...(subnet.cidrs.flatMap((cidr) => parseSpan(cidr) ?? []).some((whole) => equalSpan(whole, spanOf(block)))
      ? [`it is all of ${subnet.id}: AWS would have no address there for new nodes and load balancers`]
      : []),
    ...occupantsOf(block, subnet).flatMap((one) => (one.as === 'primary' ? explainOwner(one) : [])),
  ];
  return reasons.length > 0 ? { kind: 'questionable', reasons } : { kind: 'free' };
}

function obstaclesTo(block: Prefix, { id, cidrs, reservations }: SeenSubnet): readonly string[] {
  const span = spanOf(block);
  const around = cidrs
    .flatMap((cidr) => parsePrefix(cidr) ?? [])
    .find((cidr) => encloses(spanOf(cidr), span));
  if (!around) return [`it does not lie in ${id}, which has ${cidrs.join(' and ')}`];
  if (subtract(span, reservedByAws(around)).length === 0)
    return ['AWS keeps every address of it: the first four of a subnet, and the last'];
  return reservations
    .filter((other) => overlaps(other.span, span))
    .map(({ id: other, cidr, type, description }) => {
      const use = type === 'prefix' ? 'for prefixes' : `already${description ? ` (${description})` : ''}`;
      return `${other} reserves ${cidr} ${use}, and reservations may not overlap`;
    });
}

const explainOwner = ({ address, eni, instance, description }: Occupant): string =>
  instance === undefined
    ? `${eni}${description === undefined ? '' : ` (${description})`} has ${address} as its own`
    : `worker node ${instance} has ${address} as its own, on ${eni}`;
