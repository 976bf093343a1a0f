/** The documentation agrees with the program: fields, error codes, verbs, files, links, and promises. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { runCli } from '../src/cli/cli.ts';
import { readNetwork } from '../src/cni/network.ts';
import { readAllocation } from '../src/config/allocation.ts';
import { isObject } from '../src/json.ts';
import { realWorld } from '../src/world.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const namesIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));

const tracked = ['src', 'test', 'scripts', 'conf-examples', 'docs'].flatMap(namesIn);
const top = readdirSync(root).filter((name) => name.endsWith('.md'));
const PAGES = [...top, ...tracked.filter((name) => name.endsWith('.md'))];
/** What people read to run it, but not the change log, which tells of what was. */
const MANUAL = PAGES.filter((name) => !name.startsWith('test/') && name !== 'CHANGELOG.md');

/** All that a page has in code: blocks, and words between backticks. */
function codeIn(page: string): readonly string[] {
  const text = read(page);
  const blocks = [...text.matchAll(/^```\w*\n([^]*?)^```$/gm)].map(([, block = '']) => block);
  const words = [...text.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/`([^`]+)`/g)].map(
    ([, word = '']) => word,
  );
  return [...blocks, ...words];
}

/** Keys of an object schema in the source of the configuration. */
function keysOf(shape: string): readonly string[] {
  const source = read('src/config/schema.ts');
  const [, body = ''] = new RegExp(`^const ${shape} = v\\.\\w+\\({\\n([^]*?)^}\\)`, 'm').exec(source) ?? [];
  const keys = [...body.matchAll(/^ {2}(\w+):/gm)].map(([, key = '']) => key);
  assert.ok(keys.length > 4, `${shape} has changed its form`);
  return keys;
}

describe('the table of fields', () => {
  const [, section = ''] = /^## Configuration\n([^]*?)^## /m.exec(read('README.md')) ?? [];
  const rows = [...section.matchAll(/^\| (`.+?) \|/gm)].map(([, cell = '']) => cell);
  const documented = rows.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
  const inRanges = /`\[\[{(.+?)}\]\]`/.exec(section)?.[1]?.split(', ') ?? [];

  test('has every field that the program reads', () => {
    const known = [
      ...keysOf('IpamShape').filter((key) => key !== 'eni'),
      ...keysOf('EniShape').map((key) => `eni.${key}`),
    ];
    assert.deepEqual(
      known.filter((name) => !documented.includes(name)),
      [],
    );
    const fields = new Set([...inRanges, ...documented.map((name) => name.replace('ranges[][].', ''))]);
    assert.deepEqual(
      keysOf('RangeShape').filter((key) => !fields.has(key)),
      [],
    );
  });

  test('has no field that the program does not read', () => {
    const known = new Set([
      ...keysOf('IpamShape'),
      ...keysOf('EniShape').map((key) => `eni.${key}`),
      ...keysOf('RangeShape').map((key) => `ranges[][].${key}`),
    ]);
    assert.deepEqual(
      documented.filter((name) => !known.has(name)),
      [],
    );
    assert.deepEqual(
      inRanges.filter((name) => !keysOf('RangeShape').includes(name)),
      [],
    );
  });
});

describe('error codes', () => {
  const source = read('src/cni/reply.ts');
  const [, table = ''] = /CODES[^{]*{([^}]*)}/.exec(source) ?? [];
  const [, bug = ''] = /^const BUG = (\d+);/m.exec(source) ?? [];
  const codes = [...[...table.matchAll(/: (\d+),/g)].map(([, code = '']) => code), bug].map(Number);
  const page = read('docs/errors.md');

  test('each has its chapter in docs/errors.md, and there is no chapter for another', () => {
    const chapters = [...page.matchAll(/^## (\d+): /gm)].map(([, code]) => Number(code));
    assert.ok(codes.length > 10);
    assert.deepEqual(
      chapters.toSorted((a, b) => a - b),
      codes.toSorted((a, b) => a - b),
    );
  });

  test('each is in the table at the top', () => {
    const rows = [...page.matchAll(/^\| (\[\d+\].*?) \|/gm)].map(([, cell = '']) => cell).join();
    const listed = [...rows.matchAll(/\[(\d+)\]/g)].map(([, code]) => Number(code));
    assert.deepEqual(new Set(listed), new Set(codes));
  });

  test('it explains whatever may be told of a range that is used up', () => {
    const counts = read('src/allocator/exhaustion.ts');
    const [, words = ''] = /WORDS[^{]*{([^}]*)}/.exec(counts) ?? [];
    const told = [...words.matchAll(/: '(.+)',/g)].map(([, word = '']) => word);
    assert.ok(told.length > 4);
    // Of these no range is short: that they are there is why the message does not come.
    const harmless = new Set(['free', 'cooling']);
    assert.deepEqual(
      [...told, 'never given out'].filter((word) => !harmless.has(word) && !page.includes(`*${word}*`)),
      [],
    );
  });

  test('lines of the log that it explains are those that the program writes', () => {
    const [, rows = ''] = /^## In a log[^]*?\n\n(\| line[^]*)$/m.exec(page) ?? [];
    const lines = [...rows.matchAll(/^\| `(.+?)` \|/gm)].map(([, line = '']) => line);
    assert.ok(lines.length > 2);
    const sources = tracked.filter((name) => name.startsWith('src/') && name.endsWith('.ts'));
    for (const line of lines)
      assert.ok(
        sources.some((name) => read(name).includes(line)),
        line,
      );
  });
});

/** Runs a verb's `--help`, as a person would. */
async function helpOf(verb: string): Promise<{ readonly text: string; readonly status: number }> {
  const world = { ...realWorld, env: {}, argv: [verb, '--help'], writeStderr: () => {} };
  const { stdout, status } = await runCli(world);
  return { text: stdout, status };
}

describe('verbs', () => {
  const uses = MANUAL.flatMap((page) =>
    codeIn(page)
      .flatMap((code) => code.split('\n'))
      .flatMap((line) => [
        ...line.matchAll(/(?:^|[\s`])(?:[^\s=`]*\/)?eni-local (?!\()([a-z][a-z-]*)((?: [^\s;|`#]+)*)/g),
      ])
      .map(([, verb = '', words = '']) => ({ page, verb, words: words.split(' ') })),
  );

  test('each that a page names is there, with the options that it names', async () => {
    assert.ok(uses.length > 10);
    for (const { page, verb, words } of uses) {
      const { text, status } = await helpOf(verb);
      assert.equal(status, 0, `${page}: eni-local ${verb}`);
      for (const option of words.flatMap((word) => /^(--[a-z-]+)/.exec(word)?.[1] ?? []))
        assert.ok(text.includes(option), `${page}: eni-local ${verb} ${option}`);
    }
  });

  test('the README names them all', () => {
    const [, table = ''] = /VERBS[^[]*\[([^;]*)\];?\)/.exec(read('src/cli/cli.ts')) ?? [];
    const verbs = [...table.matchAll(/\['(\w+)', /g)].map(([, verb = '']) => verb);
    assert.ok(verbs.length > 3, 'the list of verbs has changed its form');
    const named = new Set(uses.filter(({ page }) => page === 'README.md').map(({ verb }) => verb));
    assert.deepEqual(
      verbs.filter((verb) => verb !== 'help' && !named.has(verb)),
      [],
    );
  });
});

/** GitHub's name for a heading. */
const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/[`*]/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const anchorsIn = (page: string): readonly string[] =>
  [
    ...read(page)
      .replaceAll(/^```[^]*?^```$/gm, '')
      .matchAll(/^#+ (.+)$/gm),
  ].map(([, heading = '']) => anchorOf(heading));

describe('links and names', () => {
  test('every link to a file of the repository leads to one, and to a heading of it', () => {
    for (const page of PAGES) {
      const text = read(page).replaceAll(/^```[^]*?^```$/gm, '');
      for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:\/\//.test(target)) continue;
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page : normalize(join(dirname(page), path));
        assert.ok(existsSync(join(root, file)), `${page} links to ${target}`);
        if (anchor !== undefined)
          assert.ok(anchorsIn(file).includes(anchor), `${page} links to ${target}: no such heading`);
      }
    }
  });

  test('every file that is named in code is there', () => {
    const path = /^(?:src|test|scripts|docs|conf-examples)\/[\w./-]+$/;
    for (const page of PAGES) {
      const words = codeIn(page).flatMap((code) => code.split(/[\s"'`(),:;]+/));
      for (const word of words.filter((one) => path.test(one)))
        assert.ok(existsSync(join(root, word)), `${page} names ${word}`);
    }
  });

  test('every npm script and every variable of ours is there', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
    const code = tracked
      .filter((name) => !name.endsWith('.md') && statSync(join(root, name)).isFile())
      .map(read)
      .join('\n');
    for (const page of PAGES) {
      const text = codeIn(page).join('\n');
      for (const [, name = ''] of text.matchAll(/npm run ([\w:]+)/g))
        assert.ok(name in scripts, `${page}: npm run ${name}`);
      for (const [name] of text.matchAll(/ENI_LOCAL_[A-Z_]+/g))
        assert.ok(code.includes(name), `${page} names ${name}`);
    }
  });

  test('every network that a page shows is one that the program understands', () => {
    let count = 0;
    for (const page of MANUAL) {
      for (const [, block = ''] of read(page).matchAll(/^```(?:yaml|json)\n([^]*?)^```$/gm)) {
        // What is shortened is not whole.
        if (block.includes('…')) continue;
        for (const document of parseAllDocuments(block)) {
          const object: unknown = document.toJS();
          const spec = isObject(object) ? object['spec'] : undefined;
          const config = isObject(spec) ? spec['config'] : undefined;
          const network: unknown = typeof config === 'string' ? JSON.parse(config) : object;
          if (!isObject(network) || !isObject(network['ipam']) || network['ipam']['type'] !== 'eni-local')
            continue;
          // What a page leaves out is not what it is about.
          readAllocation(readNetwork({ cniVersion: '1.0.0', name: 'shown', master: 'ens6', ...network }), '');
          count += 1;
        }
      }
    }
    assert.ok(count > 0);
  });
});

describe('commands for a shell', () => {
  const blocks = MANUAL.flatMap((page) =>
    [...read(page).matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => ({ page, block })),
  );
  const isHere = spawnSync('aws', ['--version']).status === 0;

  test('are ones that a shell can read', () => {
    assert.ok(blocks.length > 8);
    for (const { page, block } of blocks) {
      const { status, stderr } = spawnSync('sh', ['-n'], { input: block, encoding: 'utf8' });
      assert.equal(status, 0, `${page}: ${stderr}`);
    }
  });

  // Asked for the form of its answer, the CLI checks the words against AWS's model, and calls nobody.
  test('of the AWS CLI have options that it knows', { skip: !isHere && 'no aws' }, async () => {
    const commands = blocks.flatMap(({ page, block }) =>
      [...block.replaceAll('\\\n', ' ').matchAll(/^ *(aws (?:ec2|iam) .+)$/gm)].map(([, command = '']) => ({
        page,
        command,
      })),
    );
    assert.ok(commands.length > 4);
    const env = { PATH: process.env['PATH'], HOME: '/nowhere', AWS_DEFAULT_REGION: 'eu-central-1' };
    const faults = commands.map(async ({ page, command }) => {
      const words = ['-c', `${command} --generate-cli-skeleton output`];
      const child = spawn('sh', words, { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] });
      const [said, [status]] = await Promise.all([readAll(child.stderr), once(child, 'close')]);
      return status === 0 ? [] : `${page}: ${command}\n${said}`;
    });
    assert.deepEqual((await Promise.all(faults)).flat(), []);
  });
});

describe('promises', () => {
  test('each has a test of that name', () => {
    const [, table = ''] =
      /^## Where each promise is tested\n([^]*)$/m.exec(read('docs/operations.md')) ?? [];
    const rows = table
      .split('\n')
      .filter((line) => /^\| .* \| .* \|$/.test(line) && !line.startsWith('| promise'));
    assert.ok(rows.length > 30);
    for (const row of rows) {
      const [, file = '', title = ''] = /\| `(test\/.+?)`: "(.+)" \|$/.exec(row) ?? [];
      assert.ok(existsSync(join(root, file)), row);
      const text = read(file);
      // As it stands in the source, in whatever quotes.
      const isThere = text.includes(title) || text.includes(title.replaceAll('\\"', '"'));
      assert.ok(isThere, `${file} has no test "${title}"`);
    }
  });
});
