/** The closed list of ways in which the program fails; `cni/codes.ts` gives each its CNI code. */

export type FailureKind =
  | 'incompatible-version'
  | 'unsupported-field'
  | 'environment'
  | 'io'
  | 'decode'
  | 'invalid-config'
  | 'try-again'
  | 'not-available'
  | 'no-free-address'
  | 'eni-full'
  | 'address-taken'
  | 'denied'
  | 'no-eni'
  | 'check-failed';

/**
 * A failure that an operator can do something about. Its message says what was attempted, on what,
 * and why it failed. Anything else that is thrown is a bug.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  readonly details: string | undefined;

  constructor(kind: FailureKind, message: string, options: { details?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.details = options.details;
  }
}

/** The `code` of a Node or SDK error, such as ENOENT. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

export const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
