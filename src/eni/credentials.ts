/** Whether this node has AWS credentials, and why not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage, Failure } from '../errors.ts';
import type { Run } from '../run.ts';
import type { RawError } from './ec2-errors.ts';
import { openImds } from './imds.ts';

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

const roleOf = ({ world, deadline }: Run): Promise<string | undefined> =>
  openImds(world, deadline).get('iam/security-credentials/');

/**
 * The SDK says the same whether there are no credentials or IMDS did not answer. Only IMDS knows that
 * the instance has no role; anything else may pass.
 */
export async function explainMissingCredentials(run: Run): Promise<RawError> {
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
export async function requireCredentials(run: Run): Promise<void> {
  const { HOME: home = '/root', ...env } = run.world.env;
  if (SOURCES.some((name) => env[name])) return;
  if (['credentials', 'config'].some((name) => existsSync(join(home, '.aws', name)))) return;
  if ((await roleOf(run)) === undefined) throw new Failure('denied', NO_ROLE);
}
