/** The program that does nothing: what the runtime alone costs, and what every figure is held against. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The stock Node that goes into the executable. */
export const NODE: string = createRequire(import.meta.url).resolve(`node-linux-${process.arch}/bin/node`);

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/eni-local-bench/', import.meta.url));
const PACK = fileURLToPath(new URL('pack.mjs', import.meta.url));

/** Path of an empty script. */
export function emptyScript(): string {
  mkdirSync(CACHE, { recursive: true });
  const script = join(CACHE, 'empty.cjs');
  writeFileSync(script, '');
  return script;
}

/** Path of the empty script packed as the plugin is. It is made once for each version of Node. */
export function emptyExecutable(): string {
  const executable = join(CACHE, `empty-${process.version}`);
  if (!existsSync(executable)) {
    // What the packer prints is progress, and no result.
    execFileSync(process.execPath, [PACK, emptyScript(), executable], { stdio: ['ignore', 2, 2] });
  }
  return executable;
}
