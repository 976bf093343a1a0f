/** Whether there are prefixes for pods, where addresses come out of prefixes. */
import type { UsableSet } from '../allocator/subnet.ts';
import { blocksIn } from '../allocator/whole-prefixes.ts';
import { formatSet } from '../config/ranges.ts';
import type { SeenEni } from '../eni/survey.ts';
import type { Eni } from '../model.ts';
import { overlaps, type Span, sizeOf } from '../net/span.ts';
import { type Finding, ok, problem } from './finding.ts';

const CHECK = 'prefixes';

/** Counts the prefixes that lie wholly in each set, and of them those that nobody has anything of. */
export function checkPrefixes(
  sets: readonly UsableSet[],
  eni: Eni,
  seen: readonly SeenEni[],
): readonly Finding[] {
  const held = seen.flatMap(({ holdings }) => holdings.map(({ span }) => span));
  const own = seen.flatMap(({ id, holdings }) => (id === eni.id ? holdings.map(({ span }) => span) : []));
  return sets.map((set) => {
    const name = formatSet(set.ranges);
    const whole = [...blocksIn(set, { order: 'sequential', eni })];
    if (whole.length === 0) {
      const advice =
        'Take a range of whole multiples of 16 addresses, beyond the first 16 of the subnet and its last.';
      return problem(CHECK, `${name} has no whole prefix for pods`, advice);
    }
    const open = whole.filter((block) => !held.some((span) => overlaps(span, block))).length;
    const here = whole.filter((block) => own.some((span) => isSame(span, block))).length;
    const counted = `${name}: ${whole.length} whole prefixes, ${here} on ${eni.id}, ${open} that nobody has anything of`;
    if (here + open > 0) return ok(CHECK, counted);
    return problem(CHECK, counted, 'Make the range larger, or move what sits in it (see below) elsewhere.');
  });
}

const isSame = (a: Span, b: Span): boolean => overlaps(a, b) && sizeOf(a) === sizeOf(b);
