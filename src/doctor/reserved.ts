/** Which ranges a configuration without ranges comes to, by what the ENI's subnet reserves. */
import { reservedSets } from '../allocator/reserved.ts';
import type { FixedAddresses } from '../config/fixed.ts';
import { formatSet } from '../config/ranges.ts';
import { blocksIn } from '../eni/reserved-blocks.ts';
import type { CidrReservation } from '../eni/survey.ts';
import { Failure } from '../errors.ts';
import type { Eni } from '../model.ts';
import { type Asked, isDenied } from './access.ts';
import { ok, problem } from './finding.ts';
import { CHECK, checkRanges, type RangesInSubnet } from './ranges.ts';

export function checkReserved(
  pick: string | undefined,
  fixed: FixedAddresses,
  asked: Asked<readonly CidrReservation[]>,
  eni: Eni,
): RangesInSubnet {
  if ('error' in asked) {
    const message = `not known, since nobody tells what ${eni.subnet} reserves: ${asked.error.message}`;
    const advice = isDenied(asked)
      ? 'Allow the role of the node ec2:GetSubnetCidrReservations, as conf-examples/iam-policy.json does, ' +
        'or give ipam.ranges.'
      : 'Run doctor again.';
    return { findings: [problem(CHECK, message, advice)] };
  }
  try {
    const sets = reservedSets(pick, fixed, blocksIn(asked.value), eni);
    const taken = ok(CHECK, `${eni.subnet} reserves ${sets.map(formatSet).join(' and ')} for pods`);
    const fit = checkRanges(sets, eni);
    return { ...fit, findings: [taken, ...fit.findings] };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { findings: [problem(CHECK, error.message, adviceFor(asked.value, eni))] };
  }
}

function adviceFor(reservations: readonly CidrReservation[], { subnet }: Eni): string {
  return blocksIn(reservations).length === 0
    ? `eni-local reserve CIDR --subnet ${subnet}`
    : 'Name the reservation by its id, or by a description that is the same in every subnet, in ipam.eni.reservation.';
}
