// The ledger of the bundle: what is in each part, by package, and which modules of Node it loads.
//
//   npm run ledger    writes scripts/build/ledger.json, which a test holds against the sources
//
// So whatever makes the program grow shows in the change that does it.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleParts } from './bundle.mjs';

export const LEDGER = join(import.meta.dirname, 'ledger.json');

/** Package of a bundled file; our own files are one package. */
function packageOf(path) {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  return name ?? 'eni-local';
}

/** Kilobytes: a ledger that shows every byte changes with every line. */
const kilobytes = (bytes) => Math.round(bytes / 1000);

/** @returns by part: its size, what that is made of (from one kilobyte on), and Node's modules in it */
export async function makeLedger() {
  const parts = await bundleParts({ VERSION: '""', PROVENANCE: 'undefined' });
  const entries = Object.entries(parts).map(([part, { metafile }]) => {
    const [{ bytes, inputs, imports }] = Object.values(metafile.outputs);
    const sizes = new Map();
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const name = packageOf(path);
      sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
    }
    const packages = [...sizes]
      .map(([name, size]) => [name, kilobytes(size)])
      .filter(([, size]) => size > 0)
      .sort(([a, sizeOfA], [b, sizeOfB]) => sizeOfB - sizeOfA || a.localeCompare(b));
    const modules = [...new Set(imports.map(({ path }) => path.replace(/^node:/, '')))].toSorted((a, b) =>
      a.localeCompare(b),
    );
    return [part, { kilobytes: kilobytes(bytes), packages: Object.fromEntries(packages), modules }];
  });
  return Object.fromEntries(entries);
}

export const readLedger = async () => JSON.parse(await readFile(LEDGER, 'utf8'));

if (process.argv[1] === import.meta.filename) {
  await writeFile(LEDGER, `${JSON.stringify(await makeLedger(), undefined, 2)}\n`);
}
