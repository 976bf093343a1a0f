/** What the log says of a verb at its end: what came of it, and where its time went. */
import { errorMessage, Failure, type FailureKind } from '../errors.ts';
import type { LogLevel } from '../log.ts';
import type { Reservation } from '../model.ts';
import type { Run } from '../run.ts';

/** What is wrong with the request or its configuration concerns their author, who is told: the node did its part. */
const AUTHORS: ReadonlySet<FailureKind> = new Set([
  'incompatible-version',
  'unsupported-field',
  'environment',
  'decode',
  'invalid-config',
  'address-taken',
  'no-eni',
  'check-failed',
  'not-available',
]);

/** Does the work of a verb. `tell` says for the log what its value is about. */
export async function withOutcome<T>(
  run: Run,
  work: () => Promise<T>,
  tell: (value: T) => Readonly<Record<string, unknown>> = () => ({}),
): Promise<T> {
  const time = () => ({ ms: Math.round(run.world.elapsed()), phases: run.phases.spent() });
  try {
    const value = await work();
    run.log.info('done', { ...tell(value), ...time() });
    return value;
  } catch (error) {
    const kind = error instanceof Failure ? error.kind : 'bug';
    run.log[gravityOf(error)]('failed', { kind, error: errorMessage(error), ...time() });
    throw error;
  }
}

/** Addresses, where they are and whose, as the log has them. */
export function aboutAddresses(reservations: readonly Reservation[]) {
  const pods = reservations.flatMap(({ pod }) => (pod ? `${pod.namespace}/${pod.name}` : []));
  return {
    addresses: reservations.map(({ address }) => address),
    enis: [...new Set(reservations.flatMap(({ eni }) => eni?.id ?? []))],
    ...(pods.length > 0 ? { pods: [...new Set(pods)] } : {}),
  };
}

function gravityOf(error: unknown): LogLevel {
  if (!(error instanceof Failure)) return 'error';
  return AUTHORS.has(error.kind) ? 'info' : 'warn';
}
