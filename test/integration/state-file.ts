/** Changes to a node's state that only time, a reboot or an operator can make. */
import { type Fields, rewriteReservations } from '../state-document.ts';
import type { Node } from './node.ts';

/** Puts a new version of the state document in place, with each reservation as `change` has it. */
export function rewriteState({ dataDir }: Node, change: (reservation: Fields) => Fields): void {
  rewriteReservations(dataDir, (reservations) => reservations.map(change));
}
