/**
 * A sign that calls for an ENI are under way, and about which addresses. Whoever finds it when its own
 * turn comes knows that the process before it died in the middle, and that EC2 may still carry out what
 * that process asked for.
 */
import * as v from 'valibot';
import { ASKED_MS } from '../allocator/release.ts';
import type { Assignment, EniRef, Mark, State } from '../model.ts';
import type { Run } from '../run.ts';
import { addMarks, assignmentsOn, mapAssignments, without } from '../state.ts';
import { openDisk } from '../store/disk.ts';
import type { Queue } from './round.ts';

/** What the calls are about. */
const SignShape = v.object({ assign: v.array(v.string()), unassign: v.array(v.string()) });
type Sign = v.InferOutput<typeof SignShape>;

/**
 * Sets the sign. It is durable before EC2 is asked: an address of which it does not tell was never asked
 * for, and what is on the ENI may be somebody else's.
 */
export function setSign(eni: EniRef, { assigning, releasing, strays }: Queue, run: Run): void {
  const addressesOf = (all: readonly Assignment[]): string[] => all.map(({ address }) => address);
  const sign: Sign = { assign: addressesOf(assigning), unassign: [...addressesOf(releasing), ...strays] };
  openDisk(run.directory).overwrite(nameOf(eni), JSON.stringify(sign));
}

/** Clears it. If a power cut brings it back, it tells of calls that were answered, which harms nobody. */
export const clearSign = (eni: EniRef, run: Run): void => openDisk(run.directory).clear(nameOf(eni));

/** Remembers what lost calls may have done, or may do yet: those that the sign tells of. */
export async function mindLostCalls(eni: EniRef, run: Run): Promise<void> {
  const sign = readSign(eni, run);
  if (!sign) return;
  const mind = (state: State, now: number): State => markLost(state, eni, sign, now);
  const before = run.store.read();
  if (mind(before, run.world.now()) === before) return;
  run.log.warn('a call to EC2 was interrupted, and may still be carried out', { eni: eni.id, ...sign });
  await run.store.transact((state, now) => ({ state: mind(state, now), value: undefined }));
}

function markLost(state: State, eni: EniRef, { assign, unassign }: Sign, now: number): State {
  const next = mapAssignments(state, eni, (one) => {
    const { address, state: stage, unconfirmed, unanswered, unasked, lost } = one;
    const isWaiting = stage === 'assigning' || lost === true || unasked === true;
    if (isWaiting && assign.includes(address) && !unconfirmed)
      return { ...without(one, 'unasked'), unconfirmed: true };
    const isLeaving = stage === 'releasing' && unassign.includes(address);
    return isLeaving && !unanswered ? { ...one, unanswered: true } : one;
  });
  const owned = new Set(assignmentsOn(next, eni).map(({ address }) => address));
  const ownerless = assign.filter((address) => !owned.has(address));
  return addMarks(
    next,
    ownerless.map((address) => askedMark(address, eni, now)),
  );
}

/** An address that EC2 was asked for, and that nobody has: if it turns up on the ENI, it is ours. */
export const askedMark = (address: string, eni: EniRef, now: number): Mark => ({
  scope: eni.subnet,
  address,
  reason: 'asked',
  since: now,
  until: now + ASKED_MS,
  eni: eni.id,
});

/** What was cut off while it was written counts for nothing: no call had been made. */
function readSign(eni: EniRef, run: Run): Sign | undefined {
  const bytes = openDisk(run.directory).read(nameOf(eni));
  if (!bytes) return undefined;
  try {
    const result = v.safeParse(SignShape, JSON.parse(bytes.toString()));
    return result.success ? result.output : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const nameOf = ({ id }: EniRef): string => `${id}.under-way`;
