// Puts the program into Bun, by Bun's own compiler: it starts faster, and needs glibc alone.
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { joinParts } from './load-part.cjs';

/** @returns where in `folder`, which is for this build alone, the executable lies. */
export async function intoBun(parts, arch, folder) {
  const package_ = `@oven/bun-linux-${arch === 'arm64' ? 'aarch64' : arch}`;
  const bun = createRequire(import.meta.url).resolve(`${package_}/bin/bun`);
  const script = join(folder, 'eni-local.cjs');
  const output = join(folder, 'executable');
  await writeFile(script, joinParts(parts));
  const options = ['--compile', '--bytecode', '--format=cjs', '--minify-syntax', '--minify-whitespace'];
  // Nothing that lies in the working directory, or in the environment, changes the code that runs.
  const closed = ['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'];
  execFileSync(bun, ['build', ...options, ...closed, `--outfile=${output}`, script], { stdio: 'pipe' });
  return output;
}
