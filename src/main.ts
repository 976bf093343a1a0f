/** The edge: a CNI runtime's call or a person's, and the exit status. */
import { runCli } from './cli/cli.ts';
import { serveCni } from './commands/serve.ts';
import { realWorld as world } from './world.ts';

async function main(): Promise<void> {
  const reply = world.env['CNI_COMMAND'] ? await serveCni(world) : runCli(world);
  // Exit by hand: a connection that is kept alive must not keep a finished process.
  process.stdout.write(reply.stdout, () => process.exit(reply.status));
}

void main();
