/** One call to EC2: its time limit, what an error of it means, and its line in the log. */
import type { CallContext } from '../run.ts';
import { CloudError } from './cloud.ts';
import { classify } from './ec2-errors.ts';
import { readError, requestIdOf } from './ec2-failure.ts';

/** A call that takes longer is given up, and tried again within the deadline. */
const CALL_TIMEOUT_MS = 10_000;

/** The parts of the SDK's client that are used beside `send`. */
interface Client {
  readonly config: { readonly systemClockOffset: number };
}

/** What every answer of the SDK has. */
interface Answer {
  readonly $metadata: { readonly requestId?: string | undefined };
}

/** Sends a command by the client that it is given; the SDK obeys the signal. */
export type Send<C, Output> = (client: C, options: { abortSignal: AbortSignal }) => Promise<Output>;

/**
 * Makes calls by a client; `fields` say in the log what a call is about.
 * @throws CloudError
 */
export type Caller<C> = <Output extends Answer>(
  action: string,
  fields: object,
  send: Send<C, Output>,
) => Promise<Output>;

/** `connect` makes the client; another one replaces it when its credentials have expired. */
export function openCaller<C extends Client>(connect: () => C, run: CallContext): Caller<C> {
  const { deadline, log, world } = run;
  let client = connect();
  return async (action, fields, send) => {
    const limit = Math.min(CALL_TIMEOUT_MS, deadline.remaining());
    if (limit === 0) throw new CloudError('not-now', 'Timeout', `${action}: no time was left to ask EC2`);
    const start = world.elapsed();
    const tell = (request: string | undefined) => ({
      action,
      ...fields,
      ...(request === undefined ? {} : { request }),
      ms: Math.round(world.elapsed() - start),
    });
    const abortSignal = AbortSignal.timeout(limit);
    try {
      const output = await Promise.race([send(client, { abortSignal }), rejectWhenAborted(abortSignal)]);
      log.debug('EC2 answered', tell(output.$metadata.requestId));
      return output;
    } catch (error) {
      const failure = classify(action, await readError(error, client.config.systemClockOffset, limit, run));
      // A client keeps its credentials: a new one fetches them again.
      if (failure.code === 'RequestExpired') client = connect();
      log.info('EC2 call failed', {
        ...tell(requestIdOf(error)),
        kind: failure.kind,
        error: failure.message,
      });
      throw failure;
    }
  };
}

/** The SDK obeys a signal only once the request is signed; getting credentials may take longer than is left. */
function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const late = new DOMException('no answer in time', 'TimeoutError');
    signal.addEventListener('abort', () => reject(late), { once: true });
  });
}
