/** The repository tests itself: layers, sizes, doors to the outside. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize, relative } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** TypeScript files below a folder, by their paths in the repository. */
const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*/g, '');

interface Import {
  readonly from: string;
  /** A file of the repository, or the name of a package. */
  readonly to: string;
  readonly isLazy: boolean;
  readonly isTypeOnly: boolean;
}

function importsOf(file: string): readonly Import[] {
  const resolve = (target: string): string =>
    target.startsWith('.') ? normalize(join(dirname(file), target)) : target;
  const code = withoutComments(read(file));
  const eager = [...code.matchAll(/^(?:import|export) (type )?(?:[^'";]*? from )?'([^']+)'/gm)];
  const lazy = [...code.matchAll(/\bimport\('([^']+)'\)/g)];
  return [
    ...eager.map(([, type, to = '']) => ({
      from: file,
      to: resolve(to),
      isLazy: false,
      isTypeOnly: type !== undefined,
    })),
    ...lazy.map(([, to = '']) => ({ from: file, to: resolve(to), isLazy: true, isTypeOnly: false })),
  ];
}

const sources = filesIn('src');
const imports = sources.flatMap(importsOf);

/** From the edge down to the nouns. A name with a slash is a folder. */
const layers: readonly (readonly string[])[] = [
  ['main.ts'],
  ['cli/'],
  ['commands/', 'takeover/', 'doctor/', 'reserve/', 'float/'],
  ['eni/'],
  ['allocator/', 'run.ts'],
  ['store/'],
  ['config/'],
  ['cni/', 'state.ts', 'sandbox.ts'],
  ['log.ts', 'deadline.ts', 'phases.ts', 'pod-names.ts', 'reservations.ts'],
  ['model.ts', 'errors.ts', 'json.ts', 'world.ts', 'version.ts'],
  ['net/'],
];
const placeOf = (file: string): string => /^src\/([^/]+\/?)/.exec(file)?.[1] ?? file;
const layerOf = (file: string): number => layers.findIndex((places) => places.includes(placeOf(file)));

/** Cases that fail, each with its reason: an empty list is what every test here wants. */
const none = (found: readonly unknown[], why: string): void => assert.deepEqual(found, [], why);

describe('layers', () => {
  test('every file of src/ has its place in the table', () => {
    none(
      sources.filter((file) => layerOf(file) < 0),
      'give the file a layer',
    );
  });

  test('every place in the table is there', () => {
    none(
      layers.flat().filter((place) => !sources.some((file) => placeOf(file) === place)),
      'take the place out of the table',
    );
  });

  test('imports only point down, or stay in their folder', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        to.startsWith('src/') && layerOf(to) <= layerOf(from) && placeOf(to) !== placeOf(from),
    );
    none(
      wrong.map(({ from, to }) => `${from} imports ${to}`),
      'imports point up',
    );
  });

  test('imports make no cycle', () => {
    const visited = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' > '));
      if (visited.has(file)) return;
      visited.add(file);
      for (const { from, to } of imports) if (from === file) visit(to, [...path, file]);
    };
    for (const file of sources) visit(file, []);
    none(cycles, 'there are cycles');
  });

  test('the emulator in test/aws knows nothing of what it is to judge', () => {
    none(
      filesIn('test/aws')
        .flatMap(importsOf)
        .filter(({ to }) => to.startsWith('src')),
      'test/aws imports from src/',
    );
  });
});

describe('shape', () => {
  test('every file of src/ opens with a sentence', () => {
    const opening = (file: string): string => {
      const [, comment = ''] = /^\/\*\*([^]*?)\*\//.exec(read(file)) ?? [];
      return comment.replaceAll(/^\s*\* ?/gm, '').trim();
    };
    none(
      sources.filter((file) => !/^[\w`][^]*\.$/.test(opening(file))),
      'say what the file is',
    );
  });

  test('no file of src/ is longer than 250 lines', () => {
    none(
      sources.filter((file) => read(file).trimEnd().split('\n').length > 250),
      'split them',
    );
  });

  test('no file or folder is a drawer', () => {
    const names = [...sources, ...filesIn('test')].flatMap((file) => file.split('/'));
    none(
      names.filter((name) => /^(utils?|helpers?|index|common|misc)(\.|$)/.test(name)),
      'name it after what it does',
    );
  });
});

describe('doors', () => {
  /** Where the outside may be touched. */
  const doors: readonly [what: string, pattern: RegExp, allowed: readonly string[]][] = [
    ['the process', /\bprocess\.\w/, ['world.ts', 'main.ts']],
    ['the clock', /\bDate\.now\b|\bperformance\.now\b/, ['world.ts']],
    ['chance', /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b/, ['world.ts']],
    ['timers', /'node:timers(\/promises)?'|\bset(Timeout|Interval|Immediate)\(/, ['world.ts', 'bell.ts']],
    ['the console', /\bconsole\.\w/, []],
    ['child processes', /'node:child_process'/, ['kernel.ts']],
  ];
  for (const [what, pattern, allowed] of doors) {
    test(`${allowed.join(' and ') || 'no file'} alone may touch ${what}`, () => {
      none(
        sources.filter(
          (file) => !allowed.includes(basename(file)) && pattern.test(withoutComments(read(file))),
        ),
        'go through the world',
      );
    });
  }

  test('no call may take an address from another ENI but that for floating ones, which one verb makes', () => {
    const allows = /AllowReassignment['"]?\s*[:=](?!\s*false\b)/g;
    const found = sources.flatMap((file) =>
      (withoutComments(read(file)).match(allows) ?? []).map(() => file),
    );
    assert.deepEqual(found, ['src/float/mover.ts'], 'reassignment is allowed');
    const callers = imports.filter(({ to }) => placeOf(to) === 'float/' && to.startsWith('src/'));
    assert.deepEqual(
      [...new Set(callers.map(({ from }) => from))].filter((from) => placeOf(from) !== 'float/'),
      ['src/cli/float.ts'],
    );
  });

  test('rounds alone take addresses off our ENI, and one file alone off another ENI', () => {
    const callers = ['reassign-stale.ts', 'round.ts'];
    // What stands behind them; permissions.ts asks about an address that no ENI can hold.
    const definitions = ['cloud.ts', 'ec2-client.ts', 'unassign.ts', 'permissions.ts'];
    const found = sources
      .filter((file) => /\bunassign\(/.test(withoutComments(read(file))))
      .map((file) => basename(file));
    assert.deepEqual(found.toSorted(), [...callers, ...definitions].toSorted());
  });

  test('one file alone takes IPv6 addresses off where they were, to have them float', () => {
    const door = /\bUnassignIpv6AddressesCommand\b/;
    const found = sources.filter((file) => door.test(withoutComments(read(file))));
    assert.deepEqual(found.toSorted(), ['src/eni/ec2-client.ts', 'src/eni/sdk.ts', 'src/float/mover.ts']);
    const callers = sources.filter((file) => /\bunassignIpv6\(/.test(withoutComments(read(file))));
    assert.deepEqual(callers.toSorted(), ['src/float/mover.ts', 'src/float/take.ts']);
  });

  test('the AWS SDK is imported in eni/ alone, and a process that makes no call never loads it', () => {
    const isSdk = ({ to }: Import): boolean => /^@(aws-sdk|smithy)\//.test(to);
    const callers = new Set(
      ['ec2-answers', 'ec2-client', 'ec2-session', 'sdk', 'survey', 'survey-sdk'].map(
        (name) => `src/eni/${name}.ts`,
      ),
    );
    none(
      imports.filter((one) => isSdk(one) && !callers.has(one.from)),
      'ask the Cloud',
    );
    const loaded = new Set<string>();
    const load = (file: string): void => {
      if (loaded.has(file)) return;
      loaded.add(file);
      for (const one of imports) if (one.from === file && !one.isLazy && !one.isTypeOnly) load(one.to);
    };
    load('src/main.ts');
    assert.ok(loaded.size > 20, 'the program is more than its main file');
    none(
      [...loaded].filter((name) => name.startsWith('@') || /^src\/(cli|float)\//.test(name)),
      'import it lazily',
    );
  });
});

describe('package-lock.json', () => {
  const lock = read('package-lock.json');

  test('names no registry, so that the one of the machine is asked', () => {
    none(lock.match(/"resolved": "[^"]+"/g) ?? [], 'npm is told to omit them');
  });

  test('names no path of a machine', () => {
    none(lock.match(/"(?:file:|~?\/)[^"]*"/g) ?? [], 'a package comes from a folder');
  });
});
