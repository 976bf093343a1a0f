/** A plain client of IMDS version 2. */
import assert from 'node:assert/strict';
import type { Aws } from '../aws.ts';

const firstInstance = 'i-00000000000000001';

/** The raw answer to a request for a token. */
export function requestToken(
  aws: Aws,
  headers: Readonly<Record<string, string>>,
  path = 'latest/api/token',
): Promise<Response> {
  return fetch(`${aws.imdsUrl(firstInstance)}/${path}`, { method: 'PUT', headers: { ...headers } });
}

/** A token of the first instance. */
export async function token(aws: Aws, seconds = 21_600): Promise<string> {
  const response = await requestToken(aws, { 'X-aws-ec2-metadata-token-ttl-seconds': String(seconds) });
  assert.equal(response.status, 200);
  return await response.text();
}

/** The raw answer to a GET below `/latest/`. */
export function get(aws: Aws, path: string, withToken: string, instance = firstInstance): Promise<Response> {
  const headers = { 'X-aws-ec2-metadata-token': withToken };
  return fetch(`${aws.imdsUrl(instance)}/latest/${path}`, { headers });
}

/** The text below `/latest/` on the first instance, or the status when it is not 200. */
export async function read(aws: Aws, path: string): Promise<string | number> {
  const response = await get(aws, path, await token(aws));
  return response.status === 200 ? await response.text() : response.status;
}

export type RoleKey = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: string;
};

/** The key of the first instance's role, as IMDS shows it now. */
export async function roleKey(aws: Aws): Promise<RoleKey> {
  const shown: unknown = JSON.parse(String(await read(aws, 'meta-data/iam/security-credentials/node-role')));
  const fields = new Map(Object.entries(Object(shown)).map(([name, value]) => [name, String(value)]));
  return {
    accessKeyId: fields.get('AccessKeyId') ?? '',
    secretAccessKey: fields.get('SecretAccessKey') ?? '',
    sessionToken: fields.get('Token') ?? '',
    expiration: fields.get('Expiration') ?? '',
  };
}
