/** What a subnet reserves for addresses that are asked for by name, asked of EC2 now and then and remembered. */
import { deadlineAt } from '../deadline.ts';
import { Failure } from '../errors.ts';
import type { EniRef, KnownSubnet, ReservedBlock } from '../model.ts';
import type { Run } from '../run.ts';
import { rememberSubnet } from '../state.ts';
import { CloudError, toFailure } from './cloud.ts';
import type { CidrReservation, OpenSurvey } from './survey.ts';
import { takeTurns } from './turn.ts';

/** How long an answer is believed; a reservation that grows or shrinks is noticed then. */
const BELIEVED_MS = 10 * 60_000;
/** When EC2 did not tell, it is not asked again for so long, where an older answer is there. */
const SPARED_MS = 60_000;
/** What the question may take where an older answer is there: the ADD has other calls to make. */
const BUDGET_MS = 3000;
/** Pauses after a call without an answer: doubled each time, with jitter. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

/**
 * Whether EC2 need not be asked: it told in this boot, a moment ago, or lately did not tell. The clock may
 * have been set either way.
 */
export function isCurrent({ boot, since, missed }: KnownSubnet, currentBoot: string, now: number): boolean {
  const isRecent = boot !== '' && boot === currentBoot && Math.abs(now - since) < BELIEVED_MS;
  return isRecent || (missed !== undefined && Math.abs(now - missed) < SPARED_MS);
}

/**
 * Asked of EC2, unless it told a moment ago. Where it does not tell, an older answer does.
 * @param isOfUse whether an answer that is remembered will do: somebody may have reserved meanwhile
 * @throws Failure `try-again`, `denied` when nobody tells; `no-eni` when the subnet is none.
 */
export async function learnReserved(
  eni: EniRef,
  isOfUse: (blocks: readonly ReservedBlock[]) => boolean,
  openSurvey: OpenSurvey,
  run: Run,
): Promise<readonly ReservedBlock[]> {
  const subnet = checkId(eni.subnet);
  const recall = (): KnownSubnet | undefined => {
    const { [subnet]: known } = run.store.read().subnets;
    return known && isOfUse(known.reserved) ? known : undefined;
  };
  const current = (): readonly ReservedBlock[] | undefined => {
    const known = recall();
    return known && isCurrent(known, run.world.bootId(), run.world.now()) ? known.reserved : undefined;
  };
  const older = recall();
  if (!older) return await askInTurn(eni, current, openSurvey, run);
  try {
    return current() ?? (await askInTurn(eni, current, openSurvey, withBudget(run)));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    run.log.warn('going on with what a subnet reserved when EC2 told last', { subnet, error: error.message });
    await remember(subnet, (known, now) => known && { ...known, missed: now }, run);
    return older.reserved;
  }
}

/** One process asks, and those that came meanwhile read its answer in the state. */
async function askInTurn(
  eni: EniRef,
  current: () => readonly ReservedBlock[] | undefined,
  openSurvey: OpenSurvey,
  run: Run,
): Promise<readonly ReservedBlock[]> {
  const attempt = attemptAt(eni.subnet);
  let blocks: readonly ReservedBlock[] | undefined;
  let pause = FIRST_PAUSE_MS;
  const isOver = (): boolean => {
    blocks ??= current();
    return blocks !== undefined;
  };
  await takeTurns(
    { id: eni.subnet },
    run,
    () => attempt,
    isOver,
    async () => {
      // Somebody may have asked between our look and our turn.
      if (isOver()) return;
      try {
        blocks = await learn(eni, openSurvey, run);
      } catch (error) {
        const jittered = pause * (0.5 + run.world.random());
        if (!isPassing(error) || jittered >= run.deadline.remaining()) throw toFailure(error, attempt);
        await run.phases.time('pause', () => run.world.sleep(jittered));
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    },
  );
  return blocks ?? [];
}

/** The id becomes part of file names. */
function checkId(subnet: string): string {
  if (/^subnet-[0-9a-f]+$/.test(subnet)) return subnet;
  throw new Failure('no-eni', `cannot tell what "${subnet}" reserves: it is no id of a subnet`);
}

const attemptAt = (subnet: string): string => `learn what ${subnet} reserves`;

const isPassing = (error: unknown): boolean =>
  error instanceof CloudError && (error.kind === 'transient' || error.kind === 'not-now');

const withBudget = (run: Run): Run => {
  const budget = Math.min(BUDGET_MS, run.deadline.remaining());
  return { ...run, deadline: deadlineAt(run.world.elapsed() + budget, run.world) };
};

/**
 * What EC2 says now; nothing is remembered of it.
 * @throws Failure `try-again`, `denied`.
 */
export async function lookUpReserved(
  eni: EniRef,
  openSurvey: OpenSurvey,
  run: Run,
): Promise<readonly ReservedBlock[]> {
  try {
    return await askEc2(eni, openSurvey, run);
  } catch (error) {
    throw toFailure(error, attemptAt(eni.subnet));
  }
}

async function askEc2({ region, subnet }: EniRef, openSurvey: OpenSurvey, run: Run) {
  const survey = await openSurvey(region, run);
  return blocksIn(await survey.reservationsIn(subnet));
}

async function learn(eni: EniRef, openSurvey: OpenSurvey, run: Run): Promise<readonly ReservedBlock[]> {
  const reserved = await askEc2(eni, openSurvey, run);
  const { subnet } = eni;
  await remember(subnet, (_, now) => ({ boot: run.world.bootId(), since: now, reserved }), run);
  return reserved;
}

/** The reservations for addresses that are asked for by name, as the state has them. */
export const blocksIn = (reservations: readonly CidrReservation[]): readonly ReservedBlock[] =>
  reservations.flatMap(({ id, cidr, type, description }) =>
    type === 'explicit' ? { id, cidr, ...(description ? { description } : {}) } : [],
  );

async function remember(
  subnet: string,
  update: (known: KnownSubnet | undefined, now: number) => KnownSubnet | undefined,
  run: Run,
): Promise<void> {
  await run.store.transact((state, now) => {
    const next = update(state.subnets[subnet], now);
    return { state: next ? rememberSubnet(state, subnet, next) : state, value: undefined };
  });
}
