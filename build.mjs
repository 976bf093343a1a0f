// Builds the plugin: esbuild bundles src/ into one script, pkg puts that script into a stock Node.
//
//   npm run build                    dist/eni-local         linux x64
//   npm run build -- --arch arm64    dist/eni-local-arm64   linux arm64
//
// Nothing is fetched but packages that package-lock.json pins by hash; Node itself is one of them.

import { readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { nodeBinary } from './scripts/node-binary.mjs';

const require = createRequire(import.meta.url);
const { default: sea } = require('@yao-pkg/pkg/lib-es5/sea.js');

const { values } = parseArgs({ options: { arch: { type: 'string', default: 'x64' } } });
const { version } = JSON.parse(await readFile('package.json', 'utf8'));

/** esbuild's settings for both bundles. */
const settings = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  // ES modules first: only they can be tree-shaken.
  mainFields: ['module', 'main'],
  // graceful-fs (by way of proper-lockfile) only queues on EMFILE, and costs 3 ms at every start.
  alias: { 'graceful-fs': 'node:fs' },
  define: { VERSION: JSON.stringify(version) },
  logLevel: 'warning',
};

/**
 * Lets tree-shaking drop the schemas of the calls that we do not make: schemas_0.js builds a
 * megabyte of arrays at load, and an array that holds other names counts as a side effect unless
 * it is marked. Without this, a process that calls EC2 spends 200 ms more.
 */
const pureSchemas = {
  name: 'pure-schemas',
  setup({ onLoad }) {
    onLoad({ filter: /client-ec2\/dist-es\/schemas\/schemas_0\.js$/ }, async ({ path }) => {
      const array = /^((?:export )?(?:var|const) [\w$]+ = )(\[[\s\S]*?\]);$/gm;
      const source = await readFile(path, 'utf8');
      return { contents: source.replace(array, '$1/* @__PURE__ */ (() => $2)();'), loader: 'js' };
    });
  },
};

/**
 * Keeps the SDK out of the start of every process: `import('./sdk.ts')` yields a bundle of
 * its own, which is tree-shaken (a module behind a dynamic import is not) and runs when first used.
 */
const lazySdk = {
  name: 'lazy-sdk',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/sdk\.ts$/ }, ({ kind, resolveDir, path }) =>
      kind === 'dynamic-import' ? { path: join(resolveDir, path), namespace: 'lazy' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'lazy' }, async ({ path }) => {
      const { outputFiles } = await build({
        ...settings,
        entryPoints: [path],
        plugins: [pureSchemas],
        write: false,
      });
      return { contents: outputFiles[0].text, loader: 'js' };
    });
  },
};

const script = 'dist/eni-local.cjs';
await build({ ...settings, entryPoints: ['src/main.ts'], outfile: script, plugins: [lazySdk] });

const { arch } = values;
const executable = arch === 'x64' ? 'dist/eni-local' : `dist/eni-local-${arch}`;
// Renamed when done: an executable that runs cannot be written to, and a half one must not be run.
const unfinished = join(import.meta.dirname, `${executable}.${process.pid}`);
await sea(script, {
  targets: [{ platform: 'linux', arch, nodeRange: 'node24', output: unfinished }],
  nodePath: nodeBinary(arch),
  // The blob is made by the Node that runs this, which is the same version: pkg need not ask.
  useLocalNode: true,
  seaConfig: {
    // A code cache holds machine-dependent bytecode: only for the architecture that builds it.
    useCodeCache: arch === process.arch,
    // NODE_OPTIONS and its like change nothing: the plugin runs as root in whatever environment.
    execArgvExtension: 'none',
  },
});
await rename(unfinished, executable);
console.log(executable);
