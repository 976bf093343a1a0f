// Bundles src/ into parts: `main`, which every process runs, and those that few processes need.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const MAIN = 'src/main.ts';

/** What is a part of its own: where it begins, and by what import. */
const PARTS = {
  sdk: { entry: 'src/eni/sdk.ts', imported: /\/sdk\.ts$/ },
  survey: { entry: 'src/eni/survey-sdk.ts', imported: /\/survey-sdk\.ts$/ },
  people: { entry: 'src/cli/cli.ts', imported: /\/cli\.ts$/ },
  // On a node the keys are the instance role's: few need the SDK's other ways to credentials.
  credentials: {
    entry: '@aws-sdk/credential-provider-node',
    imported: /^@aws-sdk\/credential-provider-node$/,
  },
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
 * Has ip-address make its tables of special networks when it is asked about one: to parse a hundred addresses at
 * load takes every process three milliseconds.
 */
const lazyTables = {
  name: 'lazy-tables',
  setup({ onLoad }) {
    onLoad({ filter: /ip-address\/dist\/ipv[46]\.js$/ }, async ({ path }) => {
      const table = /^const ([A-Z][A-Z0-9_]*) = ([^;]*\bnew Address[46]\([^;]*);$/gm;
      const source = await readFile(path, 'utf8');
      const names = [...source.matchAll(table)].map(([, name]) => name);
      if (names.length === 0) throw new Error(`${path} has no tables any more: is this still needed?`);
      const lazy = source
        .replace(table, 'const $1 = lazily(() => $2);')
        .replace(new RegExp(`(?<!const )\\b(${names.join('|')})\\b`, 'g'), '$1()');
      const lazily = 'const lazily = (make) => { let made; return () => (made ??= make()); };';
      return { contents: `${lazily}\n${lazy}`, loader: 'js' };
    });
  },
};

/**
 * Cuts the program where a part begins, so that each is tree-shaken by itself: esbuild shakes nothing
 * that hangs on a dynamic import in its own bundle.
 */
const cutParts = {
  name: 'parts',
  setup({ onResolve, onLoad }) {
    for (const [part, { imported }] of Object.entries(PARTS)) {
      onResolve({ filter: imported }, ({ kind }) =>
        kind === 'entry-point' ? undefined : { path: part, namespace: 'part' },
      );
    }
    onLoad({ filter: /^credentials$/, namespace: 'part' }, () => ({
      contents: `export const defaultProvider = (init) => async (identity) =>
        loadPart('credentials').defaultProvider(init)(identity);`,
    }));
    onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
      contents: `module.exports = loadPart(${JSON.stringify(path)});`,
    }));
  },
};

const lean = (name) => join(import.meta.dirname, 'lean', `${name}.cjs`);

/** Modules that libraries load and hardly use: each costs a start milliseconds. */
const LEAN = {
  // graceful-fs (proper-lockfile's) only queues on EMFILE.
  'graceful-fs': 'node:fs',
  assert: lean('assert'),
  'node:fs/promises': lean('fs-promises'),
  'node:https': lean('https'),
  'node:zlib': lean('zlib'),
  '@smithy/core/event-streams': lean('event-streams'),
};

/** A client that is made with a handler of its own needs none of the SDK's; others are in the credentials' part. */
const WITHOUT_HANDLER = { '@smithy/node-http-handler': lean('node-http-handler') };

/** @returns the bundle's text, and esbuild's account of what is in it. */
async function bundle(entry, { define, plugins, alias }) {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    outfile: 'bundle.js',
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // Node's own modules come by require: a script of vm has no import of its own.
    supported: { 'dynamic-import': false },
    minifySyntax: true,
    minifyWhitespace: true,
    // ES modules first: only they can be tree-shaken.
    mainFields: ['module', 'main'],
    alias,
    define,
    plugins,
    logLevel: 'warning',
  });
  return { text: outputFiles[0].text, metafile };
}

/** The program in parts, by name, each of which gets the others by `loadPart`. */
export async function bundleParts(define) {
  const entries = Object.entries({ main: { entry: MAIN }, ...PARTS });
  const plugins = [pureSchemas, lazyTables, cutParts];
  const bundles = entries.map(async ([part, { entry }]) => {
    const alias = part === 'credentials' ? LEAN : { ...LEAN, ...WITHOUT_HANDLER };
    return [part, await bundle(entry, { define, plugins, alias })];
  });
  return Object.fromEntries(await Promise.all(bundles));
}
