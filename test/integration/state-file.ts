/** Changes to a node's state that only time, a reboot or an operator can make. */
import { type Fields, rewriteDocument } from '../state-document.ts';
import type { Node } from './node.ts';

/** Puts a new version of the state document in place, with each reservation as `change` has it. */
export function rewriteState({ dataDir }: Node, change: (reservation: Fields) => Fields): void {
  rewriteDocument(dataDir, ({ reservations }) => ({ reservations: reservations.map(change) }));
}

/** The same with what is remembered of each subnet. */
export function rewriteSubnets({ dataDir }: Node, change: (subnet: Fields) => Fields): void {
  rewriteDocument(dataDir, ({ subnets }) => ({
    subnets: Object.fromEntries(
      Object.entries(subnets as Readonly<Record<string, Fields>>).map(([id, subnet]) => [id, change(subnet)]),
    ),
  }));
}
