// Puts the program into a stock Node, by pkg.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { wrapPart } from './load-part.cjs';
import { nodeBinary } from './node-binary.mjs';
import { pack } from './pack.mjs';
import { train } from './train.mjs';

/** @returns where in `folder`, which is for this build alone, the executable lies. */
export async function intoNode(parts, arch, folder) {
  const assets = {};
  for (const [name, text] of Object.entries(parts)) {
    for (const kind of ['js', 'cache']) assets[`${name}.${kind}`] = join(folder, `${name}.${kind}`);
    await writeFile(assets[`${name}.js`], wrapPart(text));
  }
  // A code cache holds bytecode for one architecture, which only that architecture can make.
  if (arch === process.arch) await train(folder, nodeBinary(arch));
  for (const path of Object.values(assets)) await writeFile(path, '', { flag: 'a' });

  const start = join(folder, 'start.cjs');
  const entry = join(import.meta.dirname, 'start.cjs');
  await build({ entryPoints: [entry], bundle: true, platform: 'node', outfile: start });

  const output = join(folder, 'executable');
  await pack(start, arch, output, { assets });
  return output;
}
