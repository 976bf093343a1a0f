/** Says who signed a request, or refuses it. */
import type { Clock } from '../clock.ts';
import { ec2Error } from '../cloud/ec2-error.ts';
import type { AccessKey, Keyring } from '../keyring.ts';
import type { WireRequest } from '../loopback.ts';
import { algorithm, type Scope, signature } from './sigv4.ts';

const maxSkewMs = 15 * 60 * 1000;
const authorizationGrammar = new RegExp(
  `^${algorithm} Credential=([^/,\\s]+)/(\\d{8})/([^/,\\s]+)/([^/,\\s]+)/aws4_request,` +
    '\\s*SignedHeaders=([a-z0-9;-]+),\\s*Signature=([0-9a-f]{64})$',
);
const timeGrammar = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

type Authorization = {
  readonly accessKeyId: string;
  readonly scope: Scope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
};

/** The access key that a request claims to be signed with, be it true or not. */
export function claimedKeyId(request: WireRequest): string | undefined {
  return authorizationGrammar.exec(request.headers['authorization'] ?? '')?.[1];
}

/** The key that signed the request, valid now and for this region. */
export function authenticate(
  request: WireRequest,
  keyring: Keyring,
  clock: Clock,
  region: string,
): AccessKey {
  const authorization = readAuthorization(request);
  const time = request.headers['x-amz-date'] ?? '';
  checkTime(time, clock.now());
  checkScope(authorization.scope, time, region);
  checkCoverage(request, authorization.signedHeaders);
  const key = keyring.find(authorization.accessKeyId);
  if (!key || request.headers['x-amz-security-token'] !== key.sessionToken)
    throw ec2Error('unknownCredentials');
  const expected = signature(
    request,
    authorization.signedHeaders,
    time,
    authorization.scope,
    key.secretAccessKey,
  );
  if (expected !== authorization.signature) throw ec2Error('unknownCredentials');
  if (key.expiration <= clock.now()) throw ec2Error('expired');
  return key;
}

function readAuthorization(request: WireRequest): Authorization {
  const header = request.headers['authorization'];
  if (header === undefined) throw ec2Error('unsigned');
  const [, accessKeyId, date, region, service, names, found] = authorizationGrammar.exec(header) ?? [];
  if (!accessKeyId || !date || !region || !service || !names || !found) {
    throw ec2Error('malformedSignature', { reason: 'it does not have the form of Signature Version 4' });
  }
  return { accessKeyId, scope: { date, region, service }, signedHeaders: names.split(';'), signature: found };
}

function checkTime(time: string, now: number): void {
  if (!timeGrammar.test(time)) throw ec2Error('malformedSignature', { reason: 'there is no X-Amz-Date' });
  const signed = Date.parse(time.replace(timeGrammar, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(now - signed) <= maxSkewMs)) throw ec2Error('expired');
}

function checkScope(scope: Scope, time: string, region: string): void {
  const wanted = { date: time.slice(0, 8), region, service: 'ec2' };
  for (const part of ['date', 'region', 'service'] as const) {
    if (scope[part] !== wanted[part]) throw ec2Error('wrongScope', { part, found: scope[part] });
  }
}

/** The algorithm demands that the host and every x-amz-* header are signed, and names come in order. */
function checkCoverage(request: WireRequest, signedHeaders: readonly string[]): void {
  const demanded = Object.keys(request.headers).filter(
    (name) => name === 'host' || name.startsWith('x-amz-'),
  );
  const missing = demanded.filter((name) => !signedHeaders.includes(name));
  if (missing.length > 0)
    throw ec2Error('malformedSignature', { reason: `${missing.join(', ')} not signed` });
  if (signedHeaders.join() !== [...signedHeaders].sort().join()) {
    throw ec2Error('malformedSignature', { reason: 'the signed headers are not in order' });
  }
}
