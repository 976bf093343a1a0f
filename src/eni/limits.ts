/** What EC2 has said about room on an ENI, so that a full one is not asked again and again. */
import type { EniRef, Limit, State } from '../model.ts';
import { FAMILIES, type Family, familyOf } from '../net/address.ts';
import { assignmentsOn } from '../state.ts';
import type { RoundReport } from './round.ts';

/** After this long EC2 is asked again: others may have taken something off the ENI. */
const FULL_MS = 60_000;

/** The state with what a round has told about room: none any more, or room again. */
export function updateLimits(state: State, eni: EniRef, report: RoundReport, now: number): State {
  const news = FAMILIES.map((family) => [family, readRoom(report, family)] as const);
  const outdated = state.limits.filter((limit) =>
    news.some(([family, room]) => room !== undefined && limit.eni === eni.id && limit.family === family),
  );
  const full = news.flatMap(([family, room]): Limit | readonly Limit[] =>
    room === 'full' ? { eni: eni.id, family, pods: countPods(state, eni, family), until: now + FULL_MS } : [],
  );
  if (outdated.length === 0 && full.length === 0) return state;
  return { ...state, limits: [...state.limits.filter((limit) => !outdated.includes(limit)), ...full] };
}

/** Undefined when the round did not tell. */
function readRoom({ assigned, released }: RoundReport, family: Family): 'full' | 'some' | undefined {
  const came = [...assigned.outcomes].filter(([address]) => familyOf(address) === family);
  if (came.some(([, outcome]) => outcome.kind === 'refused' && outcome.verdict.kind === 'eni-full')) {
    return 'full';
  }
  const left = [...released].some(
    ([address, { kind }]) => familyOf(address) === family && kind === 'released',
  );
  return left || came.some(([, { kind }]) => kind === 'held') ? 'some' : undefined;
}

const countPods = (state: State, eni: EniRef, family: Family): number =>
  assignmentsOn(state, eni).filter((one) => one.state === 'assigned' && familyOf(one.address) === family)
    .length;
