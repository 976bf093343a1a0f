/** Between two cases: no pods, no state, and an AWS as at the start. */
import type { Aws } from '../../aws/aws.ts';
import { type Machine, must } from './machine.ts';
import { Pod } from './pod.ts';
import { STATE } from './runtime.ts';

export async function clear(machine: Machine, aws: Aws): Promise<void> {
  await Pod.removeAll(machine);
  await must(machine, `rm -rf ${STATE}`);
  await aws.reset();
}
