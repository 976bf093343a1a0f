/** How many more addresses the ENI can hold. */
import type { SeenEni } from '../eni/survey.ts';
import type { Family } from '../net/address.ts';
import { type Asked, isDenied } from './access.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const CHECK = 'room on the ENI';
type Limits = Readonly<Partial<Record<Family, number>>>;

/** The primary address counts, and so does each prefix (ec2.md 1.5). */
export function checkRoom(
  families: readonly Family[],
  { id, holdings }: SeenEni,
  instanceType: string,
  asked: Asked<Limits>,
): readonly Finding[] {
  if ('error' in asked) return [explainUnknown(id, holdings.length, asked)];
  return families.map((family) => {
    const held = holdings.filter(({ span }) => span.first.family === family).length;
    const { [family]: limit } = asked.value;
    if (limit === undefined) {
      return warning(
        CHECK,
        `EC2 knows no limit of ${instanceType} for IPv${family}`,
        'Look up the type by hand.',
      );
    }
    const used = `${id} holds ${held} of the ${limit} IPv${family} addresses of an ENI of ${instanceType}`;
    return held < limit
      ? ok(CHECK, `${used}: room for ${limit - held} more`)
      : problem(CHECK, used, 'Take a larger instance type or a second ENI, or let fewer pods onto the node.');
  });
}

function explainUnknown(
  id: string,
  held: number,
  asked: Asked<unknown> & { readonly error: Error },
): Finding {
  if (!isDenied(asked)) return warning(CHECK, `not known: ${asked.error.message}`, 'Run doctor again.');
  return warning(
    CHECK,
    `${id} holds ${held}, of how many is not known: the role of the node may not call ` +
      'ec2:DescribeInstanceTypes, nor need it but for doctor',
    'Allow it, or look up "IP addresses per network interface" of the instance type.',
  );
}
