// One lesson of the training: runs the program from the folder of its parts, each with what V8 has
// learned so far. With `keep`, what V8 knows in the end is kept there.
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { partLoader } = require('./load-part.cjs');

const [, , folder, isKept] = process.argv;
const fileOf = (name, kind) => path.join(folder, `${name}.${kind}`);
const scripts = new Map();

const loadPart = partLoader(
  (name) => ({
    source: readFileSync(fileOf(name, 'js'), 'latin1'),
    cache: existsSync(fileOf(name, 'cache')) ? readFileSync(fileOf(name, 'cache')) : undefined,
  }),
  (name, script) => scripts.set(name, script),
);

process.on('exit', () => {
  for (const [name, script] of scripts) {
    if (script.cachedDataRejected) throw new Error(`V8 did not take the code cache of ${name}`);
    if (isKept) writeFileSync(fileOf(name, 'cache'), script.createCachedData());
  }
});
process.argv.length = 2;
loadPart('main');
