/** Whether this node has AWS credentials, and why not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { errorMessage, Failure } from '../errors.ts';
import type { CallContext } from '../run.ts';
import type { RawError } from './ec2-errors.ts';
import { imdsOf } from './imds.ts';

/** Variables by which the SDK finds credentials without the instance's role. */
const SOURCES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_CONFIG_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

const ROLE = 'iam/security-credentials/';

const roleOf = (run: CallContext): Promise<string | undefined> => imdsOf(run).get(ROLE);

/** What IMDS tells of a role's keys; AWS documents it with the instance metadata. */
const KeysShape = v.object({
  AccessKeyId: v.string(),
  SecretAccessKey: v.string(),
  Token: v.string(),
  Expiration: v.string(),
});

/**
 * The instance role's keys as the SDK takes them, by the token that this run has already. Undefined when
 * something comes before the role in the SDK's order: then it is the SDK that looks.
 */
export function roleProvider(run: CallContext): (() => Promise<Credentials>) | undefined {
  if (hasOtherSource(run) || run.world.env['AWS_EC2_METADATA_DISABLED']) return undefined;
  return async () => {
    try {
      return await readKeys(run);
    } catch (error) {
      throw new MissingCredentials(errorMessage(error), { cause: error });
    }
  };
}

async function readKeys(run: CallContext): Promise<Credentials> {
  const role = await roleOf(run);
  const text = role === undefined ? undefined : await imdsOf(run).get(`${ROLE}${role}`);
  if (text === undefined) throw new Failure('denied', NO_ROLE);
  const keys = v.parse(KeysShape, JSON.parse(text));
  return {
    accessKeyId: keys.AccessKeyId,
    secretAccessKey: keys.SecretAccessKey,
    sessionToken: keys.Token,
    expiration: new Date(keys.Expiration),
  };
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Named as the SDK names it: without keys, EC2 was never asked. */
class MissingCredentials extends Error {
  override readonly name = 'CredentialsProviderError';
}

/**
 * The SDK says the same whether there are no credentials or IMDS did not answer. Only IMDS knows that
 * the instance has no role; anything else may pass.
 */
export async function explainMissingCredentials(run: CallContext): Promise<RawError> {
  try {
    const role = await roleOf(run);
    if (role === undefined) return { code: 'NoCredentials', message: NO_ROLE };
    return { code: 'CredentialsUnavailable', message: `the credentials of role ${role} could not be had` };
  } catch (error) {
    return { code: 'CredentialsUnavailable', message: `no AWS credentials: ${errorMessage(error)}` };
  }
}

const NO_ROLE = 'no AWS credentials: the instance has no role';

/**
 * Looks for credentials without the SDK, and without trying them.
 * @throws Failure `denied` when there are none, `try-again` when IMDS does not tell.
 */
export async function requireCredentials(run: CallContext): Promise<void> {
  if (hasOtherSource(run)) return;
  if ((await roleOf(run)) === undefined) throw new Failure('denied', NO_ROLE);
}

/** Whether the SDK may find credentials before it comes to the instance's role. */
function hasOtherSource({ world }: CallContext): boolean {
  const { HOME: home = '/root', ...env } = world.env;
  const files = ['credentials', 'config'].map((name) => join(home, '.aws', name));
  return SOURCES.some((name) => env[name]) || files.some((path) => existsSync(path));
}
