/** Brings records and ENIs together, on the whole node: what `eni-local reconcile` does. */
import { retire } from '../allocator/retire.ts';
import { errorMessage } from '../errors.ts';
import type { EniRef } from '../model.ts';
import type { Run } from '../run.ts';
import { isGone } from '../sandbox.ts';
import { mapAssignments } from '../state.ts';
import { type Cloud, CloudError, type OpenCloud } from './cloud.ts';
import { enisOf, type Finding, type Held, type Inspection, inspectEni, inspectRecords } from './findings.ts';
import { playRound } from './play-round.ts';
import { problemOf } from './recover.ts';
import type { RoundReport } from './round.ts';
import { takeTurns } from './turn.ts';

export interface ReconcileOptions {
  /** Changes nothing. */
  readonly dryRun: boolean;
  /** Takes off what nothing explains, too. */
  readonly orphans: boolean;
}

/** A finding and what came of it. */
export interface Reconciled extends Finding {
  readonly result: 'done' | 'found' | 'failed';
  readonly error?: string;
}

/** Looks at every ENI that the state knows of. One that cannot be asked about does not hide the others. */
export async function reconcile(
  options: ReconcileOptions,
  openCloud: OpenCloud,
  run: Run,
): Promise<readonly Reconciled[]> {
  const all: Reconciled[] = [...(await reconcileRecords(options, run))];
  for (const eni of enisOf(run.store.read()).values()) {
    try {
      all.push(...(await reconcileEni(eni, options, openCloud, run)));
    } catch (error) {
      all.push({
        action: 'report',
        address: '-',
        eni: eni.id,
        reason: 'it could not be looked at',
        result: 'failed',
        error: errorMessage(error),
      });
    }
  }
  return all;
}

function inspect({ orphans }: ReconcileOptions, run: Run): Inspection {
  const boot = run.world.bootId();
  return { state: run.store.read(), now: run.world.now(), isGone: (one) => isGone(one, boot), orphans };
}

/** Records without an ENI need no EC2. */
async function reconcileRecords(options: ReconcileOptions, run: Run): Promise<readonly Reconciled[]> {
  const findings = inspectRecords(inspect(options, run), undefined, []);
  if (options.dryRun || findings.length === 0)
    return findings.map((finding) => ({ ...finding, result: 'found' }));
  await retireOn(undefined, run);
  return findings.map((finding) => ({ ...finding, result: 'done' }));
}

async function reconcileEni(
  eni: EniRef,
  options: ReconcileOptions,
  openCloud: OpenCloud,
  run: Run,
): Promise<readonly Reconciled[]> {
  const cloud = await openCloud(eni.region, run);
  // First what EC2 holds, then the records: a record made in between then explains its address.
  const held = await askHeld(cloud, eni);
  const inspection = inspect(options, run);
  const findings = [
    ...inspectRecords(inspection, eni, held),
    ...(held ? inspectEni(inspection, eni, held) : []),
  ];
  if (options.dryRun || findings.every(({ action }) => action === 'report')) {
    return findings.map((finding) => ({ ...finding, result: 'found' }));
  }
  await retireOn(eni, run);
  let done: readonly Reconciled[] | undefined;
  await takeTurns(
    eni,
    run,
    () => `get a turn at ${eni.id}`,
    () => done !== undefined,
    async () => {
      done = await repair(eni, held, findings, cloud, run);
    },
  );
  return done ?? [];
}

/** With the ENI's lock: one round for all that waits there, our own findings included. */
async function repair(
  eni: EniRef,
  held: Held,
  findings: readonly Finding[],
  cloud: Cloud,
  run: Run,
): Promise<readonly Reconciled[]> {
  const addressesTo = (action: Finding['action']): string[] =>
    findings.flatMap((finding) => (finding.action === action ? finding.address : []));
  await markLost(eni, addressesTo('assign'), run);
  const report = await playRound(eni, { listed: held ?? [], orphans: addressesTo('take off') }, cloud, run);

  return findings.map((finding): Reconciled => {
    if (finding.action === 'report') return { ...finding, result: 'found' };
    const error =
      finding.action === 'assign'
        ? problemOf(report.assigned.outcomes.get(finding.address))
        : releaseProblem(finding, report);
    return error === undefined ? { ...finding, result: 'done' } : { ...finding, result: 'failed', error };
  });
}

/** The intent is on disk before EC2 hears of it. */
async function markLost(eni: EniRef, addresses: readonly string[], run: Run): Promise<void> {
  await run.store.transact((state) => {
    const next = mapAssignments(state, eni, (one) => {
      const isLost = one.state === 'assigned' && addresses.includes(one.address);
      return isLost && !one.lost ? { ...one, lost: true } : one;
    });
    return { state: next, value: undefined };
  });
}

function releaseProblem({ address }: Finding, { released }: RoundReport): string | undefined {
  const outcome = released.get(address);
  return outcome?.kind === 'unanswered' ? outcome.error.message : undefined;
}

async function retireOn(eni: EniRef | undefined, run: Run): Promise<void> {
  const boot = run.world.bootId();
  await run.store.transact((state, now) => {
    const concerns = (one: { readonly eni?: EniRef }): boolean => one.eni?.id === eni?.id;
    const evidence = { now, isGone: (one: Parameters<typeof isGone>[0]) => isGone(one, boot), concerns };
    return { state: retire(state, { ...evidence, impatient: true }), value: undefined };
  });
}

async function askHeld(cloud: Cloud, eni: EniRef): Promise<Held> {
  try {
    return await cloud.secondariesOf(eni.id);
  } catch (error) {
    if (error instanceof CloudError && error.kind === 'eni-gone') return undefined;
    throw error;
  }
}
