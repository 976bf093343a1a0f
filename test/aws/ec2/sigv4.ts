/** Signature Version 4 as AWS publishes it: one function per step of the algorithm. */
import { createHash, createHmac } from 'node:crypto';
import type { WireRequest } from '../loopback.ts';

export const algorithm = 'AWS4-HMAC-SHA256';

/** What a signature is good for. */
export type Scope = { readonly date: string; readonly region: string; readonly service: string };

/** The signature that whoever knows the secret puts on this request. */
export function signature(
  request: WireRequest,
  signedHeaders: readonly string[],
  time: string,
  scope: Scope,
  secret: string,
): string {
  const text = stringToSign(canonicalRequest(request, signedHeaders), time, scope);
  return hmac(signingKey(secret, scope), text).toString('hex');
}

/** Step 1. */
export function canonicalRequest(request: WireRequest, signedHeaders: readonly string[]): string {
  return [
    request.method,
    request.path.split('/').map(encode).join('/'),
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${trimmed(request.headers[name] ?? '')}`),
    '',
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
}

/** Step 2. */
export function stringToSign(canonical: string, time: string, scope: Scope): string {
  return [algorithm, time, scopeText(scope), sha256(canonical)].join('\n');
}

/** Step 3. */
export function signingKey(secret: string, { date, region, service }: Scope): Buffer {
  return [date, region, service, 'aws4_request'].reduce(hmac, Buffer.from(`AWS4${secret}`));
}

function scopeText({ date, region, service }: Scope): string {
  return `${date}/${region}/${service}/aws4_request`;
}

/** Sorted by name and then by value, which is not the order of the joined pairs: `1=` comes before `10=`. */
function canonicalQuery(query: string): string {
  return Array.from(new URLSearchParams(query), ([name, value]) => ({
    name: encode(name),
    value: encode(value),
  }))
    .sort((left, right) => compare(left.name, right.name) || compare(left.value, right.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&');
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** RFC 3986: everything but the unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function trimmed(value: string): string {
  return value.trim().replaceAll(/ +/g, ' ');
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
