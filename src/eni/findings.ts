/** Where records and ENIs do not agree, and what is to be done about it, pure. */
import { idlePrefixes } from '../allocator/delegations.ts';
import type { Delegation, EniRef, Pod, Reservation, State } from '../model.ts';
import { encloses, formatBlock, parseSpan } from '../net/span.ts';
import { allReservations, assignmentsOn, podsInPrefixes } from '../state.ts';
import { straysAmong } from './sighting.ts';

/**
 * - `release`: the record is over; its address goes, and then the record.
 * - `assign`: the pod may be alive, and the ENI lost its address.
 * - `take off`: nobody has the address, and it may be taken off the ENI.
 * - `report`: for people to judge.
 */
export type Action = 'release' | 'assign' | 'take off' | 'report';

export interface Finding {
  readonly action: Action;
  readonly address: string;
  readonly reason: string;
  readonly eni?: string;
  readonly network?: string;
  readonly container?: string;
  readonly interface?: string;
  readonly pod?: string;
}

/** What EC2 says that an ENI holds; undefined when there is no such ENI. */
export type Held = readonly string[] | undefined;

export interface Inspection {
  readonly state: State;
  readonly now: number;
  readonly isGone: (reservation: Reservation) => boolean;
  /** Whether what nothing explains may be taken off. */
  readonly orphans: boolean;
}

/** EC2's answers may lag behind its deeds by so much. */
const LAG_MS = 60_000;

/** Every ENI that the state knows of, by id. */
export function enisOf(state: State): ReadonlyMap<string, EniRef> {
  const records = [...Object.values(state.networks), ...state.delegations, ...allReservations(state)];
  const refs = records.flatMap(({ eni }) => eni ?? []);
  return new Map(refs.map((eni) => [eni.id, eni]));
}

/** Findings about the records of one ENI, or (undefined) of none. */
export function inspectRecords(
  inspection: Inspection,
  eni: EniRef | undefined,
  held: Held,
): readonly Finding[] {
  const { state } = inspection;
  return [
    ...state.delegations
      .filter((one) => one.eni.id === eni?.id)
      .flatMap((one) => inspectDelegation(one, inspection, held)),
    ...allReservations(state)
      .filter((one) => one.eni?.id === eni?.id)
      .flatMap((one) => inspectRecord(one, inspection, held)),
  ];
}

function inspectDelegation(
  delegation: Delegation,
  { state, now }: Inspection,
  held: Held,
): readonly Finding[] {
  const { address, eni, network, since } = delegation;
  const found = (action: Action, reason: string): readonly Finding[] => [
    { action, address, reason, network, eni: eni.id },
  ];
  if (delegation.state === 'releasing') return found('release', 'it is to be given back');
  if (idlePrefixes(state, now).has(delegation)) return found('release', 'no pod is in it');
  if (delegation.state !== 'assigned' || held?.includes(address)) return [];
  if (!held) {
    const pods = podsInPrefixes(state)(delegation);
    return pods > 0 ? found('report', `${eni.id} is gone, ${pods} pods may be alive`) : [];
  }
  return now - since < LAG_MS ? [] : found('assign', 'the ENI does not hold it');
}

function inspectRecord(
  reservation: Reservation,
  { now, isGone }: Inspection,
  held: Held,
): readonly Finding[] {
  const { address, eni, network, container, pod, state, deadline = 0, since, prefix } = reservation;
  const found = (action: Action, reason: string): readonly Finding[] => [
    {
      action,
      address,
      reason,
      network,
      container,
      interface: reservation.interface,
      ...(eni ? { eni: eni.id } : {}),
      ...(pod ? { pod: nameOf(pod) } : {}),
    },
  ];
  switch (state) {
    case 'releasing':
      return found('release', 'its pod has gone, but not its address');
    case 'assigning':
    case 'refused':
      return deadline < now ? found('release', 'its ADD was never finished') : [];
    case 'assigned':
      if (isGone(reservation)) return found('release', 'its sandbox is gone');
      // Of an address that comes with a prefix, the prefix is looked at.
      if (!eni || prefix || held?.includes(address)) return [];
      if (!held) return found('report', `${eni.id} is gone, its pod may be alive`);
      return now - since < LAG_MS ? [] : found('assign', 'the ENI does not hold it');
  }
}

/** As people know it; of some pods a runtime tells the UID only. */
const nameOf = ({ namespace, name, uid }: Pod): string =>
  namespace !== '' && name !== '' ? `${namespace}/${name}` : uid;

/** Findings about addresses that an ENI holds and no record explains. */
export function inspectEni(
  { state, now, orphans }: Inspection,
  eni: EniRef,
  held: readonly string[],
): readonly Finding[] {
  const strays = new Set(straysAmong(held, state, eni, now));
  const explained = new Set([
    ...assignmentsOn(state, eni).map(({ address }) => address),
    ...state.marks
      .filter((mark) => mark.eni === eni.id && mark.until > now && mark.reason !== 'unexplained')
      .map(({ address }) => address),
  ]);
  return held.flatMap((address): Finding | readonly Finding[] => {
    if (strays.has(address)) {
      return { action: 'take off', address, eni: eni.id, reason: 'an ADD asked for it and never heard' };
    }
    const network = explained.has(address) ? undefined : networkAround(address, state, eni);
    if (network === undefined) return [];
    return {
      action: orphans ? 'take off' : 'report',
      address,
      eni: eni.id,
      network,
      reason: 'no record explains it',
    };
  });
}

/** The network in whose ranges the address or prefix lies. What lies in none is no business of ours. */
function networkAround(text: string, { networks }: State, eni: EniRef): string | undefined {
  const block = parseSpan(text);
  if (!block || formatBlock(block) !== text) return undefined;
  const around = Object.entries(networks).find(
    ([, { eni: on, ranges }]) =>
      on.id === eni.id &&
      ranges.some((range) => {
        const span = parseSpan(range);
        return span !== undefined && encloses(span, block);
      }),
  );
  return around?.[0];
}
