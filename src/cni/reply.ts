/** Replies on standard output, and the only place where a failure becomes a CNI error code. */
import { errorMessage, Failure, type FailureKind } from '../errors.ts';
import { type CniVersion, NEWEST_VERSION } from './versions.ts';

/**
 * CNI spec, "Error": 1 to 99 are the spec's, 100 and above ours. Code 3 is missing on purpose: on
 * an ADD it would tell the runtime that no DEL is needed.
 */
const CODES: Readonly<Record<FailureKind, number>> = {
  'incompatible-version': 1,
  'unsupported-field': 2,
  environment: 4,
  io: 5,
  decode: 6,
  'invalid-config': 7,
  'try-again': 11,
  'not-available': 50,
  'no-free-address': 100,
  'eni-full': 101,
  'address-taken': 102,
  denied: 103,
  'no-eni': 104,
  'check-failed': 105,
};
const BUG = 999;

export interface Reply {
  readonly stdout: string;
  readonly status: 0 | 1;
}

/** An answer to print; nothing at all for verbs that succeed in silence. */
export const success = (answer?: object): Reply => ({ stdout: answer ? print(answer) : '', status: 0 });

export function failure(error: unknown, cniVersion: CniVersion = NEWEST_VERSION): Reply {
  const known = error instanceof Failure;
  const details = known ? error.details : error instanceof Error ? error.stack : undefined;
  const reply = {
    cniVersion,
    code: known ? CODES[error.kind] : BUG,
    msg: known ? error.message : `a bug in eni-local: ${errorMessage(error)}`,
    ...(details ? { details } : {}),
  };
  return { stdout: print(reply), status: 1 };
}

const print = (answer: object): string => `${JSON.stringify(answer, undefined, 4)}\n`;
