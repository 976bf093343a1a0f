/** Which ranges of a set are for a pod. */
import { formatSet, type Range } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import { isAmong } from '../pod-names.ts';
import type { UsableSet } from './subnet.ts';

/**
 * The sets with the ranges that the pod may use; a range without `pods` is for everyone, and a pod
 * whose name the runtime did not tell is nobody in particular.
 * @throws Failure `invalid-config` when a set has none for it.
 */
export function rangesFor(pod: string | undefined, sets: readonly UsableSet[]): readonly UsableSet[] {
  const isOpen = ({ pods }: Range): boolean => !pods || isAmong(pod, pods);
  return sets.map((set) => {
    const ranges = set.ranges.filter(isOpen);
    const others = set.ranges.filter((range) => !isOpen(range));
    if (ranges.length > 0) return { ...set, ranges, others };
    const who = pod ?? 'a pod without a name (the runtime sent no K8S_POD_NAME)';
    const patterns = others.flatMap(({ pods = [] }) => pods).join(', ');
    throw new Failure(
      'invalid-config',
      `cannot give an address of range set ${set.index} (${formatSet(others)}) to ${who}: ` +
        `its ranges are for ${patterns}, and none is for everyone`,
    );
  });
}

/**
 * The parts of a set that are used up one after the other. In a set with ranges for somebody, those keep
 * to the first range that has an address at all; without any, all ranges are one ring, as host-local has it.
 */
export const stepsOf = (set: UsableSet): readonly UsableSet[] =>
  [...set.ranges, ...set.others].some(({ pods }) => pods)
    ? set.ranges.map((range) => ({ ...set, ranges: [range], step: true as const }))
    : [set];
