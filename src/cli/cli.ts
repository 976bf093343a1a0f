/** The program as a person calls it: without CNI_COMMAND. */
import type { Reply } from '../cni/reply.ts';
import { CNI_VERSIONS } from '../cni/versions.ts';
import { version } from '../version.ts';
import type { World } from '../world.ts';

export interface Answer extends Omit<Reply, 'status'> {
  /** 0: fine. 1: found something, or failed. 2: wrong use. */
  readonly status: 0 | 1 | 2;
}

const ABOUT = `eni-local ${version}: a CNI IPAM plugin like host-local, whose addresses are real in the VPC
CNI protocol versions supported: ${CNI_VERSIONS.join(', ')}
`;

const USAGE = `Usage: eni-local [version]

eni-local is called by a CNI runtime, as "ipam": {"type": "eni-local", ...} of a network configuration.
`;

/** Runs the verb that the words name; with no word, tells what the program is, as every plugin does. */
export function runCli(world: World): Answer {
  const [verb] = world.argv;
  switch (verb) {
    case undefined:
      world.writeStderr(ABOUT);
      return { stdout: '', status: 0 };
    case 'version':
      return { stdout: `${version}\n`, status: 0 };
    case '--help':
    case 'help':
      return { stdout: USAGE, status: 0 };
    default:
      world.writeStderr(`eni-local: no such verb: ${verb}\n${USAGE}`);
      return { stdout: '', status: 2 };
  }
}
