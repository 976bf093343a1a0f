/**
 * A sign that calls for an ENI are under way, and about which addresses. Whoever finds it when its own
 * turn comes knows that the process before it died in the middle, and that EC2 may still carry out what
 * that process asked for.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { ASKED_MS } from '../allocator/release.ts';
import { errorCode } from '../errors.ts';
import type { EniRef, Mark, Reservation, State } from '../model.ts';
import type { Run } from '../run.ts';
import { addMarks, mapReservations } from '../state.ts';
import type { Queue } from './round.ts';

/** What the calls are about. */
const SignShape = v.object({ assign: v.array(v.string()), unassign: v.array(v.string()) });
type Sign = v.InferOutput<typeof SignShape>;

/** Sets the sign. It is to outlive this process, not the machine: no call is under way after a reboot. */
export function setSign(eni: EniRef, { assigning, releasing, strays }: Queue, run: Run): void {
  const addressesOf = (all: readonly Reservation[]): string[] => all.map(({ address }) => address);
  const sign: Sign = { assign: addressesOf(assigning), unassign: [...addressesOf(releasing), ...strays] };
  writeFileSync(pathOf(eni, run), JSON.stringify(sign), { mode: 0o600 });
}

export const clearSign = (eni: EniRef, run: Run): void => rmSync(pathOf(eni, run), { force: true });

/**
 * Remembers what lost calls may have done, or may do yet: those that the sign tells of, and those that
 * the machine went down with.
 */
export async function mindLostCalls(eni: EniRef, run: Run): Promise<void> {
  const sign = readSign(eni, run);
  const boot = run.world.bootId();
  const mind = (state: State, now: number): State => markLost(state, eni, sign ?? NOTHING, boot, now);
  const before = run.store.read();
  if (mind(before, run.world.now()) === before) return;
  run.log.warn('a call to EC2 was interrupted, and may still be carried out', { eni: eni.id, ...sign });
  await run.store.transact((state, now) => ({ state: mind(state, now), value: undefined }));
}

const NOTHING: Sign = { assign: [], unassign: [] };

function markLost(state: State, eni: EniRef, { assign, unassign }: Sign, boot: string, now: number): State {
  const next = mapReservations(state, (reservation) => {
    const { address, state: stage, unconfirmed, unanswered, lost } = reservation;
    if (reservation.eni?.id !== eni.id) return reservation;
    const { unasked, ...asked } = reservation;
    const isWaiting = stage === 'assigning' || lost === true || unasked === true;
    // The sign does not outlive the machine: of what an earlier boot began, anything is possible.
    const isDoubtful = assign.includes(address) || reservation.boot !== boot || boot === '';
    if (isWaiting && isDoubtful && !unconfirmed) return { ...asked, unconfirmed: true };
    const isLeaving = stage === 'releasing' && unassign.includes(address);
    return isLeaving && !unanswered ? { ...reservation, unanswered: true } : reservation;
  });
  const owned = new Set(
    next.reservations.filter((one) => one.eni?.id === eni.id).map(({ address }) => address),
  );
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

/** A process that was killed while it wrote has not called yet: what it left counts for nothing. */
function readSign(eni: EniRef, run: Run): Sign | undefined {
  try {
    const result = v.safeParse(SignShape, JSON.parse(readFileSync(pathOf(eni, run), 'utf8')));
    return result.success ? result.output : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const pathOf = (eni: EniRef, run: Run): string => join(run.directory, `${eni.id}.under-way`);
