/**
 * Takes a pod's own addresses over from ENIs that are out of use (`eni.reassign: "stale"`).
 *
 * EC2 could move an IPv4 address in one call (AllowReassignment), but from whichever ENI has it by
 * then: two nodes that find the same dead ENI would take an address from one another. So it is taken
 * off the very ENI that was found out of use, which EC2 refuses when another one has it by now, and
 * assigned here as any other: of several nodes, one gets it. IPv6 knows no other way (ec2.md 1.4).
 */
import type { Log } from '../log.ts';
import type { Assignment, EniRef, Verdict } from '../model.ts';
import { type AssignOutcome, type AssignReport, assign } from './assign.ts';
import { type Cloud, CloudError } from './cloud.ts';
import { describeUse } from './eni-use.ts';
import { unassign } from './unassign.ts';

/** The report of an Assign, after what EC2 refused of the pods' `own` addresses has been taken over where it may be. */
export async function reassignStale(
  cloud: Cloud,
  eni: EniRef,
  own: readonly string[],
  report: AssignReport,
): Promise<AssignReport> {
  const outcomes = new Map(report.outcomes);
  for (const address of own) {
    const outcome = outcomes.get(address);
    if (outcome?.kind === 'refused' && outcome.verdict.kind === 'address-taken' && !outcome.holder)
      outcomes.set(address, { ...outcome, verdict: withoutHolder(outcome.verdict) });
  }
  const freed = new Map<string, string>();
  for (const [holder, addresses] of byHolder(own, report, eni)) {
    const obstacles = await free(cloud, { ...eni, id: holder }, addresses);
    for (const address of addresses) {
      const obstacle = obstacles.get(address);
      if (obstacle) outcomes.set(address, told(eni, address, holder, obstacle));
      else freed.set(address, holder);
    }
  }
  if (freed.size === 0) return { ...report, outcomes };
  const again = await assign(cloud, eni, [...freed.keys()]);
  for (const [address, outcome] of again.outcomes) {
    const from = freed.get(address);
    outcomes.set(address, outcome.kind === 'held' && from ? { ...outcome, from } : outcome);
  }
  // What EC2 tells of who holds what before and after: the later word counts.
  return { outcomes, holdings: again.holdings.length > 0 ? again.holdings : report.holdings };
}

/** The refused addresses of each other ENI that EC2 has named. */
function byHolder(
  own: readonly string[],
  { outcomes }: AssignReport,
  eni: EniRef,
): ReadonlyMap<string, readonly string[]> {
  const held = own.flatMap((address) => {
    const outcome = outcomes.get(address);
    if (outcome?.kind !== 'refused' || !outcome.holder || outcome.holder === eni.id) return [];
    return { address, holder: outcome.holder };
  });
  const groups = Map.groupBy(held, ({ holder }) => holder);
  return new Map([...groups].map(([holder, all]) => [holder, all.map(({ address }) => address)]));
}

/** Whoever may not ask, or is told old news, takes nothing over. */
const withoutHolder = ({ kind, message }: Verdict): Verdict => ({
  kind,
  message: `${message}; it is not taken over, as EC2 does not tell which ENI has it (DescribeNetworkInterfaces)`,
});

/** Why an address stays where it is: for good, or until EC2 answers. */
type Obstacle = string | CloudError;

/** Takes the addresses off an ENI that is out of use; answers what stands against it, by address. */
async function free(
  cloud: Cloud,
  holder: EniRef,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Obstacle>> {
  const all = (obstacle: Obstacle): ReadonlyMap<string, Obstacle> =>
    new Map(addresses.map((address) => [address, obstacle]));
  try {
    const use = await cloud.useOf(holder.id);
    const inUse = describeUse(use);
    if (inUse !== undefined) return all(inUse);
    const secondary = addresses.filter((address) => use.secondaries.includes(address));
    const outcomes = await unassign(cloud, holder, secondary);
    return new Map(
      addresses.flatMap((address) => {
        const outcome = outcomes.get(address);
        if (!outcome) return [[address, 'it is no secondary address there'] as const];
        return outcome.kind === 'unanswered' ? [[address, obstacleOf(outcome.error)] as const] : [];
      }),
    );
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    // With the ENI, its addresses are gone.
    return error.kind === 'eni-gone' ? new Map() : all(obstacleOf(error));
  }
}

const obstacleOf = (error: CloudError): Obstacle =>
  error.kind === 'transient' || error.kind === 'not-now' ? error : error.message;

/** Nothing was asked of our own ENI: what had no answer is asked again, and leaves nothing behind. */
function told(eni: EniRef, address: string, holder: string, obstacle: Obstacle): AssignOutcome {
  if (obstacle instanceof CloudError) {
    return { kind: 'unanswered', error: new CloudError('not-now', obstacle.code, obstacle.message) };
  }
  const message = `cannot take ${address} over from ${holder} for ${eni.id}: ${obstacle}`;
  return { kind: 'refused', holder, verdict: { kind: 'address-taken', message } };
}

/** A sticky pod gets another address where its own is not to be had, so that the log alone tells why. */
export function tellTakeOvers(asked: readonly Assignment[], { outcomes }: AssignReport, log: Log): void {
  for (const { address, reassign } of asked) {
    const outcome = outcomes.get(address);
    if (outcome?.kind === 'held' && outcome.from)
      log.warn('an address was taken over from an ENI that is out of use', { address, from: outcome.from });
    if (outcome?.kind === 'refused' && reassign === 'stale')
      log.info('a pod does not get its own address', { address, reason: outcome.verdict.message });
  }
}
