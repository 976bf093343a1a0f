/** What a failed verb leaves for later, told along with the failure. */
import { Failure } from '../errors.ts';
import type { Attachment } from '../model.ts';
import { reservationsOf } from '../state.ts';
import type { Store } from '../store/store.ts';

/** The failure with the attachment's unfinished reservations in its details. */
export function withPending(error: unknown, attachment: Attachment, store: Store): unknown {
  if (!(error instanceof Failure) || error.details !== undefined) return error;
  const pending = reservationsOf(store.read(), attachment).filter(({ state }) => state !== 'assigned');
  if (pending.length === 0) return error;
  const list = pending.map(({ address, state, eni }) => `${address} ${state}${eni ? ` on ${eni.id}` : ''}`);
  return new Failure(error.kind, error.message, { details: `pending: ${list.join(', ')}`, cause: error });
}
