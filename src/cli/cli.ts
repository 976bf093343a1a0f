/** The program as a person calls it: without CNI_COMMAND. */
import { distance } from 'fastest-levenshtein';
import { CNI_VERSIONS } from '../cni/versions.ts';
import { errorMessage } from '../errors.ts';
import { version } from '../version.ts';
import type { World } from '../world.ts';
import type { Answer } from './answer.ts';
import { runDoctor } from './doctor.ts';
import { runFloat } from './float.ts';
import { runImport } from './import.ts';
import { runList } from './list.ts';
import { UsageError } from './options.ts';
import { runReconcile } from './reconcile.ts';
import { runReserve } from './reserve.ts';
import { runVersion } from './version.ts';

type Verb = (words: readonly string[], world: World) => Promise<Answer>;

const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['list', runList],
  ['doctor', runDoctor],
  ['reconcile', runReconcile],
  ['reserve', runReserve],
  ['import', runImport],
  ['float', runFloat],
  ['version', runVersion],
  ['help', runHelp],
]);

/** As other programs have it. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['--help', 'help'],
  ['-h', 'help'],
  ['--version', 'version'],
]);

const ABOUT = `eni-local ${version}: a CNI IPAM plugin like host-local, whose addresses are real in the VPC
CNI protocol versions supported: ${CNI_VERSIONS.join(', ')}
`;

const USAGE = `Usage: eni-local [VERB]

  list             prints every address that the node has on record
  doctor CONFIG    says what would keep an ADD with a configuration from working
  reconcile        brings records and ENIs together after crashes
  reserve CIDR     keeps a part of a subnet for pods, after showing what sits inside
  import DIR       takes over host-local's reservations, while their pods live on
  float            moves an active/standby pair's addresses to the ENI on which they appear
  version          prints the version, and what it was built from
  help             prints this

eni-local VERB --help tells more. As a plugin it is called by a CNI runtime, as
"ipam": {"type": "eni-local", ...} of a network configuration.
`;

/** `eni-local help VERB` is `eni-local VERB --help`. */
async function runHelp(words: readonly string[], world: World): Promise<Answer> {
  const [name, ...more] = words;
  if (name === undefined || name === 'help' || name === '--help') return { stdout: USAGE, status: 0 };
  if (more.length > 0) throw new UsageError(`too many words: ${more.join(' ')}`);
  return await verbOf(name)(['--help'], world);
}

function verbOf(name: string): Verb {
  const verb = VERBS.get(name);
  if (verb) return verb;
  const nearest = [...VERBS.keys()].find((known) => distance(known, name) <= 2);
  throw new UsageError(`no such verb: ${name}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`);
}

/** Runs the verb that the words name; with no word, tells what the program is, as every plugin does. */
export async function runCli(world: World): Promise<Answer> {
  const [word, ...words] = world.argv;
  if (word === undefined) {
    world.writeStderr(ABOUT);
    return { stdout: '', status: 0 };
  }
  try {
    return await verbOf(ALIASES.get(word) ?? word)(words, world);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    world.writeStderr(`eni-local: ${errorMessage(error)}\n${isUsage ? `\n${USAGE}` : ''}`);
    return { stdout: '', status: isUsage ? 2 : 1 };
  }
}
