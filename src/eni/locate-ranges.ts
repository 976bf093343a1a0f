/** Finds the ENI of a configuration, and the range sets that count there. */
import { hasBlocks, reservedSets } from '../allocator/reserved.ts';
import { isServedBy } from '../allocator/subnet.ts';
import type { Allocation, EniSource, Ranges } from '../config/allocation.ts';
import type { RangeSet } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import type { Eni, ReservedBlock } from '../model.ts';
import type { Run } from '../run.ts';
import { discoverEni } from './discover.ts';
import type { Ec2 } from './ec2.ts';
import { locateEni } from './locate.ts';
import { learnReserved, lookUpReserved } from './reserved-blocks.ts';

type Wanted = Pick<Allocation, 'ranges' | 'eni' | 'fixed'>;

export interface Located {
  /** Absent: the addresses are this node's alone. */
  readonly eni?: Eni;
  readonly rangeSets: readonly RangeSet[];
}

/**
 * The configuration's own ranges, or what the subnet of its ENI reserves.
 * @throws Failure as `locateEni`, `learnReserved` and `reservedSets` do.
 */
export async function locateRanges(
  { ranges, eni: source, fixed }: Wanted,
  ec2: Ec2,
  run: Run,
): Promise<Located> {
  if (!source) return withoutEni(ranges);
  if (ranges.kind === 'reserved') return await locateReserved(ranges.pick, fixed, source, ec2, run);
  const { sets: rangeSets } = ranges;
  const eni = await locateEni(source, (known) => isServedBy(rangeSets, known), ec2.openCloud, run);
  return { eni, rangeSets };
}

/** The same, as it would be found now; nothing is remembered of it. */
export async function lookUpRanges(
  { ranges, eni: source, fixed }: Wanted,
  { openCloud, openSurvey }: Ec2,
  run: Run,
): Promise<Located> {
  if (!source) return withoutEni(ranges);
  const { eni } = await discoverEni(source, openCloud, run);
  if (ranges.kind === 'given') return { eni, rangeSets: ranges.sets };
  const blocks = await lookUpReserved(eni, openSurvey, run);
  return { eni, rangeSets: reservedSets(ranges.pick, fixed, blocks, eni) };
}

const withoutEni = (ranges: Ranges): Located => ({ rangeSets: ranges.kind === 'given' ? ranges.sets : [] });

async function locateReserved(
  pick: string | undefined,
  fixed: Allocation['fixed'],
  source: EniSource,
  { openCloud, openSurvey }: Ec2,
  run: Run,
): Promise<Located> {
  const known = await locateEni(source, () => true, openCloud, run);
  // What was remembered is asked for again when it is of no use: somebody may have reserved meanwhile.
  const isOfUse = (blocks: readonly ReservedBlock[]): boolean => {
    try {
      return reservedSets(pick, fixed, blocks, known).length > 0;
    } catch (error) {
      if (error instanceof Failure) return false;
      throw error;
    }
  };
  const blocks = await learnReserved(known, isOfUse, openSurvey, run);
  // The subnet may have got an IPv6 CIDR since the ENI was found.
  const eni = await locateEni(source, (found) => hasBlocks(blocks, found), openCloud, run);
  return { eni, rangeSets: reservedSets(pick, fixed, blocks, eni) };
}
