/** An access key as IMDS shows it. */
import type { AccessKey } from '../keyring.ts';

export function credentialsJson(key: AccessKey): string {
  const credentials = {
    Code: 'Success',
    LastUpdated: isoSeconds(key.issued),
    Type: 'AWS-HMAC',
    AccessKeyId: key.accessKeyId,
    SecretAccessKey: key.secretAccessKey,
    Token: key.sessionToken,
    Expiration: isoSeconds(key.expiration),
  };
  return JSON.stringify(credentials, undefined, 2);
}

function isoSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
