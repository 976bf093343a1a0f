/** Reads what the SDK throws: an answer of EC2, or that there was none. */
import { errorCode, errorMessage } from '../errors.ts';
import { isObject } from '../json.ts';
import type { CallContext } from '../run.ts';
import { explainMissingCredentials } from './credentials.ts';
import type { RawError } from './ec2-errors.ts';

/**
 * @param clockOffset by how many milliseconds the SDK has found EC2's clock to be ahead
 * @param limit what the call was given, in milliseconds
 */
export async function readError(
  error: unknown,
  clockOffset: number,
  limit: number,
  run: CallContext,
): Promise<RawError> {
  const { name } = error instanceof Error ? error : { name: 'Error' };
  if (name === 'AbortError' || name === 'TimeoutError') {
    return { code: 'Timeout', message: `no answer within ${Math.round(limit) / 1000} s` };
  }
  if (name === 'CredentialsProviderError') return await explainMissingCredentials(run);
  const { httpStatusCode: status, clockSkewCorrected: isSkewed } = metadataOf(error);
  // The SDK signs the next request by EC2's clock, and says so with whatever error tells it the time.
  if (isSkewed === true && ABOUT_THE_CLOCK.test(name))
    return { code: 'ClockSkew', message: tellSkew(clockOffset, errorMessage(error)) };
  const code = name === 'Error' ? (errorCode(error) ?? name) : name;
  return { code, message: errorMessage(error), ...(typeof status === 'number' ? { status } : {}) };
}

/** What EC2 calls a signature that is too old or too new (SigV4 allows 15 minutes), or not what it expects. */
const ABOUT_THE_CLOCK =
  /^(AuthFailure|InvalidSignature\w*|RequestExpired|RequestInTheFuture|RequestTimeTooSkewed|SignatureDoesNotMatch)$/;

function tellSkew(clockOffset: number, said: string): string {
  const minutes = Math.round(Math.abs(clockOffset) / 60_000);
  return `the clock of this node is ${minutes} min ${clockOffset > 0 ? 'behind' : 'ahead of'} EC2's (${said})`;
}

/** EC2's id of the request that failed, where EC2 answered. */
export function requestIdOf(error: unknown): string | undefined {
  const { requestId } = metadataOf(error);
  return typeof requestId === 'string' ? requestId : undefined;
}

/** The SDK puts the response's status, and what it made of it, into `$metadata` of its errors. */
function metadataOf(error: unknown): Readonly<Record<string, unknown>> {
  const metadata = error instanceof Error && '$metadata' in error ? error.$metadata : undefined;
  return isObject(metadata) ? metadata : {};
}
