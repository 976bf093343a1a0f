/** Whether the ranges are reserved in the subnet, so that AWS gives none of their addresses to anything else. */
import type { UsableSet } from '../allocator/subnet.ts';
import { formatSpan } from '../config/ranges.ts';
import type { CidrReservation } from '../eni/survey.ts';
import type { Eni } from '../model.ts';
import { formatPrefix } from '../net/prefix.ts';
import { overlaps, subtract } from '../net/span.ts';
import { type Asked, isDenied } from './access.ts';
import { blocksOf } from './blocks.ts';
import { type Finding, ok, warning } from './finding.ts';

const CHECK = 'CIDR reservation';

export function checkReservations(
  sets: readonly UsableSet[],
  { subnet }: Eni,
  asked: Asked<readonly CidrReservation[]>,
): readonly Finding[] {
  if ('error' in asked) return [explainUnknown(subnet, asked)];
  const ranges = sets.flatMap((set) => set.ranges);
  const explicit = asked.value.filter(({ type }) => type === 'explicit');
  const free = ranges.flatMap((range) =>
    subtract(
      range,
      explicit.map(({ span }) => span),
    ),
  );
  const forPrefixes = asked.value.filter(
    ({ type, span }) => type === 'prefix' && ranges.some((range) => overlaps(span, range)),
  );
  return [
    free.length === 0
      ? ok(CHECK, `${subnet} keeps the ranges for addresses that are asked for by name`)
      : warning(
          CHECK,
          `${subnet} does not keep ${free.map(formatSpan).join(', ')}: AWS may give these addresses to nodes, ` +
            'load balancers or the VPC CNI',
          free
            .flatMap(blocksOf)
            .map((block) => `eni-local reserve ${formatPrefix(block)} --subnet ${subnet}`)
            .join('\n'),
        ),
    ...forPrefixes.map(({ cidr }) =>
      warning(
        CHECK,
        `${subnet} keeps ${cidr} for prefixes, and EC2 may refuse single addresses of it`,
        'Take the ranges elsewhere, or make the reservation anew as explicit.',
      ),
    ),
  ];
}

function explainUnknown(subnet: string, asked: Asked<unknown> & { readonly error: Error }): Finding {
  if (!isDenied(asked)) return warning(CHECK, `not known: ${asked.error.message}`, 'Run doctor again.');
  return warning(
    CHECK,
    'not known: the role of the node may not call ec2:GetSubnetCidrReservations, nor need it but for doctor',
    `Allow it, or look yourself: aws ec2 get-subnet-cidr-reservations --subnet-id ${subnet}`,
  );
}
