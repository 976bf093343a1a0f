/** Marks out a part of a subnet, so that AWS gives its addresses to nothing by itself. */
import { CloudError, toFailure } from '../eni/cloud.ts';
import type { CidrReservation, Surveyor } from '../eni/survey.ts';
import { Failure } from '../errors.ts';
import { formatPrefix, type Prefix } from '../net/prefix.ts';
import { equalSpan, spanOf } from '../net/span.ts';
import type { Run } from '../run.ts';
import { judge, type Occupant, occupantsOf, type SeenSubnet, type Verdict } from './situation.ts';

export interface Wish {
  readonly block: Prefix;
  readonly subnet: string;
  readonly description: string;
  /** Reserves also what is `questionable`. */
  readonly force: boolean;
  /** Changes nothing. */
  readonly dryRun: boolean;
}

/** `known`: it was reserved before. `found`: it would be reserved, but for the dry run. */
export interface Reserved {
  readonly subnet: string;
  readonly cidrs: readonly string[];
  readonly cidr: string;
  readonly result: 'done' | 'known' | 'found' | 'refused';
  /** What speaks, or spoke, against it. */
  readonly reasons: readonly string[];
  /** What ENIs hold of the block. */
  readonly inside: readonly Occupant[];
  /** Reservations that the subnet has. */
  readonly reservations: readonly Pick<CidrReservation, 'id' | 'cidr' | 'type' | 'description'>[];
  /** Of the block. */
  readonly id?: string;
  /** EC2 does not show it to everybody yet. */
  readonly hidden?: true;
}

const TRIES = 4;
const PAUSE_MS = 1000;
/** EC2 shows a change to everybody only after a while. */
const LOOKS = 20;
const LOOK_PAUSE_MS = 500;

/** @throws Failure `denied`, `try-again` or `invalid-config` that says what EC2 said. */
export async function reserve(wish: Wish, survey: Surveyor, run: Run): Promise<Reserved> {
  const subnet = await look(wish.subnet, survey, run);
  const verdict = judge(wish.block, subnet);
  const told = describe(wish, subnet, verdict);
  if (verdict.kind === 'reserved') return { ...told, result: 'known', id: verdict.by.id };
  if (verdict.kind === 'impossible' || (verdict.kind === 'questionable' && !wish.force))
    return { ...told, result: 'refused' };
  if (wish.dryRun) return { ...told, result: 'found' };
  const { id } = await make(wish, survey, run);
  const isShown = await waitUntilShown(wish, survey, run);
  return { ...told, result: 'done', id, ...(isShown ? {} : { hidden: true }) };
}

async function look(id: string, survey: Surveyor, run: Run): Promise<SeenSubnet> {
  const about = `look at ${id}`;
  return {
    id,
    cidrs: await insist(about, () => survey.cidrsOf(id), run),
    reservations: await insist(about, () => survey.reservationsIn(id), run),
    enis: await insist(about, () => survey.enisIn(id), run),
  };
}

function describe({ block }: Wish, subnet: SeenSubnet, verdict: Verdict): Omit<Reserved, 'result'> {
  return {
    subnet: subnet.id,
    cidrs: subnet.cidrs,
    cidr: formatPrefix(block),
    reasons: 'reasons' in verdict ? verdict.reasons : [],
    inside: occupantsOf(block, subnet),
    reservations: subnet.reservations.map(({ id, cidr, type, description }) => ({
      id,
      cidr,
      type,
      ...(description === undefined ? {} : { description }),
    })),
  };
}

/** A call without an answer may have been carried out: before each try EC2 is asked what there is. */
async function make(wish: Wish, survey: Surveyor, run: Run): Promise<CidrReservation> {
  const { block, subnet, description } = wish;
  const cidr = formatPrefix(block);
  return await insist(
    `reserve ${cidr} in ${subnet}`,
    async () => {
      try {
        return await survey.reserve(subnet, cidr, description);
      } catch (error) {
        const made = await find(wish, survey).catch(() => undefined);
        if (made) return made;
        throw error;
      }
    },
    run,
  );
}

async function find({ block, subnet }: Wish, survey: Surveyor): Promise<CidrReservation | undefined> {
  const all = await survey.reservationsIn(subnet);
  return all.find(({ type, span }) => type === 'explicit' && equalSpan(span, spanOf(block)));
}

async function waitUntilShown(wish: Wish, survey: Surveyor, run: Run): Promise<boolean> {
  for (let looks = 1; ; looks++) {
    const found = await find(wish, survey).catch(() => undefined);
    if (found || looks === LOOKS) return found !== undefined;
    await run.world.sleep(LOOK_PAUSE_MS);
  }
}

/** Asks again while EC2 throttles or does not answer. */
async function insist<T>(attempt: string, ask: () => Promise<T>, run: Run): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      const isPassing =
        error instanceof CloudError && (error.kind === 'transient' || error.kind === 'not-now');
      if (!isPassing || tries === TRIES) throw explain(error, attempt);
      await run.world.sleep(PAUSE_MS * tries);
    }
  }
}

/** What is wrong with the request is for its author; a pod's process would try again. */
function explain(error: unknown, attempt: string): unknown {
  if (!(error instanceof CloudError) || error.kind !== 'rejected') return toFailure(error, attempt);
  return new Failure('invalid-config', `cannot ${attempt}: ${error.message}`, { cause: error });
}
