/** Takes over host-local's reservations, so that a node changes over without being drained. */
import type { OpenCloud } from '../eni/cloud.ts';
import { assignLost, problemOf } from '../eni/recover.ts';
import { errorMessage, Failure } from '../errors.ts';
import type { Eni } from '../model.ts';
import type { Run } from '../run.ts';
import { observeSandbox } from '../sandbox.ts';
import { allReservations } from '../state.ts';
import type { InheritedNetwork } from './host-local.ts';
import { type Circumstances, type Destination, type Item, planTakeover } from './plan.ts';

/** An item and what came of it; `pending`: EC2 has not answered, and later calls of the plugin go on. */
export interface TakenOver extends Item {
  readonly result: 'done' | 'found' | 'pending' | 'failed';
}

/** What is to be done for a network, with nothing changed. */
export function previewTakeover(
  network: InheritedNetwork,
  destination: Destination,
  run: Run,
): readonly TakenOver[] {
  const { value } = planTakeover(run.store.read(), network, destination, circumstancesOf(run));
  return value.map((item) => ({ ...item, result: 'found' }));
}

/** Commits the reservations first, since their pods live, and assigns their addresses then. */
export async function takeOver(
  network: InheritedNetwork,
  destination: Destination,
  openCloud: OpenCloud,
  run: Run,
): Promise<readonly TakenOver[]> {
  const items = await run.store.transact((state) =>
    planTakeover(state, network, destination, circumstancesOf(run)),
  );
  const problems = destination.eni
    ? await assignAll(network.name, destination.eni, openCloud, run)
    : new Map<string, Problem>();
  return items.map((item): TakenOver => {
    if (item.action === 'conflict' || item.action === 'unreadable') return { ...item, result: 'failed' };
    return { ...item, result: 'done', ...problems.get(item.address) };
  });
}

interface Problem {
  readonly result: 'pending' | 'failed';
  readonly reason: string;
}

/** By address: why the ENI does not hold it. */
async function assignAll(
  network: string,
  eni: Eni,
  openCloud: OpenCloud,
  run: Run,
): Promise<ReadonlyMap<string, Problem>> {
  const lost = allReservations(run.store.read()).filter(
    (one) => one.network === network && one.eni?.id === eni.id && one.lost,
  );
  if (lost.length === 0) return new Map();
  try {
    const outcomes = await assignLost(eni, openCloud, run);
    return new Map(
      lost.flatMap(({ address }): [string, Problem][] => {
        const outcome = outcomes.get(address);
        const reason = problemOf(outcome);
        const result = outcome?.kind === 'refused' ? 'failed' : 'pending';
        return reason === undefined ? [] : [[address, { result, reason }]];
      }),
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const problem: Problem = { result: 'pending', reason: errorMessage(error) };
    return new Map(lost.map(({ address }) => [address, problem]));
  }
}

const circumstancesOf = ({ world }: Run): Circumstances => ({
  now: world.now(),
  boot: world.bootId(),
  observe: observeSandbox,
});
