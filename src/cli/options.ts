/** Options that the verbs have in common, and how they are read. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { readSettings } from '../config/settings.ts';
import { errorMessage } from '../errors.ts';
import { openRun, type Run } from '../run.ts';
import type { World } from '../world.ts';

/** Wrong use: told with the usage, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const COMMON = {
  'data-dir': { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsConfig['options'];

export const COMMON_HELP = `  --data-dir DIR   state directory (ENI_LOCAL_DATA_DIR; /var/lib/cni/eni-local)
  --json           prints JSON instead of a table
  --help           prints this
`;

/**
 * Options and up to so many words beside them.
 * @throws UsageError for an option that there is not, or a word too many.
 */
export function readOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  words: readonly string[],
  options: T,
  most = 0,
) {
  const parsed = parse(words, options);
  const [extra] = parsed.positionals.slice(most);
  if (extra !== undefined) throw new UsageError(`too many words: ${extra}`);
  return parsed;
}

function parse<T extends NonNullable<ParseArgsConfig['options']>>(words: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...words], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw new UsageError(errorMessage(error));
  }
}

/** A person waits longer than a kubelet. */
const TIMEOUT_S = 120;

/** Opens the state directory that the options or the environment name. */
export function openDataDir(directory: string | undefined, verb: string, world: World): Run {
  const dataDir = directory ?? world.env['ENI_LOCAL_DATA_DIR'];
  return openRun(readSettings({ ipam: { dataDir, eni: { timeout: TIMEOUT_S } } }), { command: verb }, world);
}
