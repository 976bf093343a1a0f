/** Gives an ENI what living pods of it are known to lack. */
import type { EniRef } from '../model.ts';
import type { Run } from '../run.ts';
import type { AssignOutcome } from './assign.ts';
import type { OpenCloud } from './cloud.ts';
import { playOnce } from './play-round.ts';

/**
 * Plays one round at the ENI, for the reservations that are `lost` and for whatever else waits there.
 * @returns what EC2 answered, by address.
 * @throws Failure `try-again` when no turn is had in time.
 */
export async function assignLost(
  eni: EniRef,
  openCloud: OpenCloud,
  run: Run,
): Promise<ReadonlyMap<string, AssignOutcome>> {
  const report = await playOnce(eni, `get a turn at ${eni.id}`, openCloud, run);
  return report?.assigned.outcomes ?? new Map();
}

/** What kept an address from the ENI, if anything did. */
export function problemOf(outcome: AssignOutcome | undefined): string | undefined {
  if (outcome?.kind === 'refused') return outcome.verdict.message;
  return outcome?.kind === 'unanswered' ? outcome.error.message : undefined;
}
