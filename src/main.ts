/** The edge: a CNI runtime's call or a person's, and the exit status. */
import { writeSync } from 'node:fs';
import { serveCni } from './commands/serve.ts';
import { errorCode } from './errors.ts';
import { realWorld as world } from './world.ts';

async function main(): Promise<void> {
  const { stdout, status } = world.env['CNI_COMMAND'] ? await serveCni(world) : await serveHuman();
  await print(stdout);
  // Exit by hand: a connection that is kept alive must not keep a finished process.
  process.exit(status);
}

async function print(text: string): Promise<void> {
  const bytes = Buffer.from(text);
  let written = 0;
  try {
    // Not by `process.stdout`, whose streams take two milliseconds to load.
    while (written < bytes.length) written += writeSync(1, bytes, written);
  } catch (error) {
    if (errorCode(error) !== 'EAGAIN') throw error;
    // The caller's pipe is full, and does not block: the stream waits until it is read.
    await new Promise((done) => process.stdout.write(bytes.subarray(written), done));
  }
}

/** What only people need is not loaded for a pod. */
async function serveHuman() {
  const { runCli } = await import('./cli/cli.ts');
  return await runCli(world);
}

void main();
