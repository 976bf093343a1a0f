/** What an error of EC2 or of the way to it means; facts from the EC2 API reference and from captures. */
import { CloudError, type CloudErrorKind } from './cloud.ts';

/** The parts of an SDK error that tell. */
export interface RawError {
  readonly code: string;
  readonly message: string;
  /** HTTP status, when there was a response. */
  readonly status?: number;
}

type Rule = readonly [CloudErrorKind, (error: RawError) => boolean];

/** The first rule that fits decides. Texts only refine InvalidParameterValue, which says everything. */
const RULES: readonly Rule[] = [
  [
    'not-now',
    ({ code }) => /^(RequestLimitExceeded|Throttl.*|EC2ThrottledException|TooManyRequests.*)$/.test(code),
  ],
  // SigV4 allows 15 minutes of skew; fresh credentials or a corrected clock mend it.
  ['not-now', ({ code }) => code === 'RequestExpired' || code === 'ClockSkew'],
  // EC2 never heard of it.
  [
    'not-now',
    ({ code }) =>
      /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|CredentialsUnavailable)$/.test(code),
  ],
  [
    'denied',
    ({ code }) =>
      /^(UnauthorizedOperation|AuthFailure|InvalidClientTokenId|MissingAuthenticationToken|SignatureDoesNotMatch|OptInRequired|NoCredentials|Blocked|PendingVerification)$/.test(
        code,
      ),
  ],
  ['eni-gone', ({ code }) => /^InvalidNetworkInterfaceI[Dd]\./.test(code)],
  // Of IPv6 neither code nor text is known; this is how EC2 forms those of IPv4.
  [
    'eni-full',
    ({ code, message }) => code.endsWith('AddressLimitExceeded') || message.includes('will exceed limit'),
  ],
  ['not-assigned', ({ message }) => /not assigned to interface/i.test(message)],
  ['taken', ({ message }) => /move is not allowed|^secondary-addresses$/.test(message)],
  ['taken', ({ code }) => code === 'InvalidIPAddress.InUse' || code === 'Resource.AlreadyAssigned'],
  // A 4xx is about the request; anything else (5xx, no response, a proxy's page) is about the way.
  ['rejected', ({ status }) => status !== undefined && status >= 400 && status < 500],
];

const MESSAGE_LIMIT = 300;

export function classify(action: string, error: RawError): CloudError {
  const kind = RULES.find(([, fits]) => fits(error))?.[0] ?? 'transient';
  return new CloudError(kind, error.code, `${action}: ${error.code}: ${trimMessage(error.message)}`, {
    cause: error,
  });
}

/** A denial carries kilobytes of encoded reasons, which would bury the message in an event. */
function trimMessage(message: string): string {
  const [plain = ''] = message.split(/\s*Encoded authorization failure message:/);
  const line = plain.replaceAll(/\s+/g, ' ').trim();
  return line.length > MESSAGE_LIMIT ? `${line.slice(0, MESSAGE_LIMIT)}…` : line;
}
