// Builds the plugin: esbuild bundles src/ into parts, and those go into a runtime.
//
//   npm run build                     dist/eni-local         linux x64
//   npm run build -- --arch arm64     dist/eni-local-arm64   linux arm64
//   npm run build -- --runtime bun    dist/eni-local-bun     linux x64, on Bun
//
// Nothing is fetched but packages that package-lock.json pins by hash; the runtimes are among them.

import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleParts } from './scripts/build/bundle.mjs';
import { intoBun } from './scripts/build/into-bun.mjs';
import { intoNode } from './scripts/build/into-node.mjs';
import { provenance } from './scripts/build/provenance.mjs';

const { values: options } = parseArgs({
  options: {
    arch: { type: 'string', default: 'x64' },
    runtime: { type: 'string', default: 'node' },
  },
});
const { version, dependencies, optionalDependencies } = JSON.parse(await readFile('package.json', 'utf8'));

const RUNTIMES = {
  // The program gets the version of Node that runs this.
  node: { into: intoNode, suffix: '', versions: { node: process.versions.node } },
  bun: { into: intoBun, suffix: '-bun', versions: { bun: optionalDependencies['@oven/bun-linux-x64'] } },
};

const { arch } = options;
const runtime = RUNTIMES[options.runtime];
if (!runtime)
  throw new Error(`no such runtime: ${options.runtime}; there are ${Object.keys(RUNTIMES).join()}`);

const bundles = await bundleParts({
  VERSION: JSON.stringify(version),
  PROVENANCE: JSON.stringify(await provenance(dependencies, runtime.versions)),
});
const parts = Object.fromEntries(Object.entries(bundles).map(([name, { text }]) => [name, text]));

await mkdir('dist', { recursive: true });
const folder = await mkdtemp(join(import.meta.dirname, 'dist', '.build-'));
try {
  const executable = `dist/eni-local${runtime.suffix}${arch === 'x64' ? '' : `-${arch}`}`;
  // Renamed when done: an executable that runs cannot be written to, and a half one must not be run.
  await rename(await runtime.into(parts, arch, folder), executable);
  console.log(executable);
} finally {
  await rm(folder, { recursive: true });
}
