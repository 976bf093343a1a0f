/** The edge: a CNI runtime's call or a person's, and the exit status. */
import { serveCni } from './commands/serve.ts';
import { realWorld as world } from './world.ts';

async function main(): Promise<void> {
  const { stdout, status } = world.env['CNI_COMMAND'] ? await serveCni(world) : await serveHuman();
  // Exit by hand: a connection that is kept alive must not keep a finished process.
  process.stdout.write(stdout, () => process.exit(status));
}

/** What only people need is not loaded for a pod. */
async function serveHuman() {
  const { runCli } = await import('./cli/cli.ts');
  return await runCli(world);
}

void main();
