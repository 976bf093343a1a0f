/** The program as a person calls it: without CNI_COMMAND. */
import { CNI_VERSIONS } from '../cni/versions.ts';
import { errorMessage } from '../errors.ts';
import { version } from '../version.ts';
import type { World } from '../world.ts';
import type { Answer } from './answer.ts';
import { runImport } from './import.ts';
import { UsageError } from './options.ts';
import { runReconcile } from './reconcile.ts';

type Verb = (words: readonly string[], world: World) => Promise<Answer>;

const VERBS: Readonly<Record<string, Verb>> = {
  reconcile: runReconcile,
  import: runImport,
  version: async () => ({ stdout: `${version}\n`, status: 0 }),
  help: async () => ({ stdout: USAGE, status: 0 }),
};

const ABOUT = `eni-local ${version}: a CNI IPAM plugin like host-local, whose addresses are real in the VPC
CNI protocol versions supported: ${CNI_VERSIONS.join(', ')}
`;

const USAGE = `Usage: eni-local [VERB]

  reconcile   brings records and ENIs together after crashes
  import      takes over host-local's reservations, while their pods live on
  version     prints the version
  help        prints this

eni-local VERB --help tells more. As a plugin it is called by a CNI runtime, as
"ipam": {"type": "eni-local", ...} of a network configuration.
`;

/** Runs the verb that the words name; with no word, tells what the program is, as every plugin does. */
export async function runCli(world: World): Promise<Answer> {
  const [word, ...words] = world.argv;
  if (word === undefined) {
    world.writeStderr(ABOUT);
    return { stdout: '', status: 0 };
  }
  try {
    const verb = VERBS[word === '--help' ? 'help' : word];
    if (!verb) throw new UsageError(`no such verb: ${word}`);
    return await verb(words, world);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    world.writeStderr(`eni-local: ${errorMessage(error)}\n${isUsage ? `\n${USAGE}` : ''}`);
    return { stdout: '', status: isUsage ? 2 : 1 };
  }
}
