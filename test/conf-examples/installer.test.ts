/** The installer: its script replaces an executable that runs, and its image and DaemonSet use that script. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EXECUTABLE } from '../integration/node.ts';
import { at, FOLDER, isObject, objectsIn, read } from './examples.ts';

const SCRIPT = join(FOLDER, 'installer/install.sh');
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The shells that a node image or a distribution may have as sh. */
const SHELLS = ['sh', 'busybox sh'].filter((shell) =>
  (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, shell.replace(/ .*/, '')))),
);

/** An image's executable and a node's folder of plugins. */
function makePlace() {
  const home = mkdtempSync(join(tmpdir(), 'eni-local-install-'));
  after(() => rmSync(home, { recursive: true }));
  const [folder, executable] = [join(home, 'bin'), join(home, 'eni-local')];
  mkdirSync(folder);
  copyFileSync(EXECUTABLE, executable);
  const env = { PATH: process.env['PATH'], CNI_BIN_DIR: folder, ENI_LOCAL_EXECUTABLE: executable };
  return {
    folder,
    executable,
    target: join(folder, 'eni-local'),
    env,
    install: (shell = 'sh'): string =>
      execFileSync(shell.replace(/ .*/, ''), [...shell.split(' ').slice(1), SCRIPT], {
        env,
        encoding: 'utf8',
      }),
  };
}

/** Ends a process and whatever it has left, in case that it did not do so itself. */
function endAll({ pid, stdout }: ChildProcess): void {
  stdout?.destroy();
  try {
    process.kill(-Number(pid), 'SIGKILL');
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** Starts the installed executable, which then waits for its input. */
function start(path: string): ChildProcess {
  const child = spawn(path, [], { env: { CNI_COMMAND: 'VERSION' }, stdio: ['pipe', 'pipe', 'inherit'] });
  after(() => child.kill('SIGKILL'));
  return child;
}

async function finish(child: ChildProcess): Promise<string> {
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stdin?.end('{"cniVersion": "1.0.0"}');
  const [status] = await once(child, 'close');
  assert.equal(status, 0);
  return stdout;
}

for (const shell of SHELLS) {
  test(`install.sh under ${shell} installs, replaces what runs, and knows its own version`, async () => {
    const { folder, executable, target, install } = makePlace();
    assert.match(install(shell), /^installed /);
    assert.equal(statSync(target).mode & 0o7777, 0o755);

    const running = start(target);
    await once(running, 'spawn');
    // A newer version: what is appended to an executable changes nothing about it.
    writeFileSync(executable, 'newer', { flag: 'a' });
    assert.match(install(shell), /^installed /, 'no "text file busy"');
    assert.ok(readFileSync(target).equals(readFileSync(executable)));
    assert.match(await finish(running), /supportedVersions/, 'the one that ran was not disturbed');
    assert.match(await finish(start(target)), /supportedVersions/);

    const { ino } = statSync(target);
    assert.match(install(shell), /is this version already/);
    assert.equal(statSync(target).ino, ino, 'untouched');
    assert.deepEqual(readdirSync(folder), ['eni-local']);
  });
}

test('install.sh leaves at every moment a whole executable, and tidies up after one that was killed', async () => {
  const { folder, executable, target, install, env } = makePlace();
  // Small programs, so that many installations fit into a moment.
  const program = (text: string): void => {
    writeFileSync(executable, `#!/bin/sh\necho ${text.padEnd(200_000, '#')}\n`);
  };
  program('old');
  install();
  writeFileSync(join(folder, '.eni-local.killed'), '');
  chmodSync(folder, 0o755);
  const ending = new AbortController();
  after(() => ending.abort());
  const runtime = (async () => {
    let calls = 0;
    while (!ending.signal.aborted) {
      assert.match(execFileSync(target, { encoding: 'utf8' }), /^(old|new\d+)/);
      calls += 1;
      await new Promise((next) => setImmediate(next));
    }
    return calls;
  })();
  for (let round = 0; round < 10; round++) {
    program(`new${round}`);
    const installing = spawn('sh', [SCRIPT], { env, stdio: 'ignore' });
    const [status] = await once(installing, 'close');
    assert.equal(status, 0);
  }
  ending.abort();
  assert.ok((await runtime) > 0);
  assert.deepEqual(readdirSync(folder), ['eni-local']);
});

test('install.sh that cannot write fails, and leaves what was there', () => {
  const { folder, executable, target, env } = makePlace();
  writeFileSync(target, 'old');
  rmSync(executable);
  assert.throws(() => execFileSync('sh', [SCRIPT], { env, stdio: 'pipe' }));
  assert.equal(readFileSync(target, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['eni-local']);
});

test('install.sh --stay waits, and ends at once when it is told to', async () => {
  const { env, target } = makePlace();
  const staying = spawn('sh', [SCRIPT, '--stay'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  after(() => endAll(staying));
  await once(staying.stdout, 'data');
  assert.ok(existsSync(target));
  staying.kill('SIGTERM');
  const [status] = await once(staying, 'exit');
  assert.equal(status, 0);
});

const lines = read('installer/Dockerfile')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(/\s+/));
const instructions = (name: string) => lines.flatMap(([word, ...words]) => (word === name ? [words] : []));

test('Dockerfile: every base is pinned or a stage, one for each architecture that the build makes', () => {
  const stages = new Set(instructions('FROM').flatMap(([, , name]) => name ?? []));
  const bases = instructions('FROM').map(([image = '']) => image);
  const pinned = /:\d+\.\d+\.\d+$/;
  for (const base of bases)
    assert.ok(pinned.test(base) || stages.has(base) || base === '${TARGETARCH}', base);
  assert.ok(bases.some((base) => pinned.test(base)));
  assert.ok(stages.has('amd64') && stages.has('arm64'));
  assert.deepEqual(new Set(lines.map(([word]) => word)), new Set(['FROM', 'COPY', 'ENTRYPOINT']));
});

test('Dockerfile: what it copies is in the repository, or made by its build', () => {
  const build = readFileSync(join(ROOT, 'build.mjs'), 'utf8');
  const sources = instructions('COPY').map(([source = '']) => source);
  assert.equal(sources.length, 3);
  for (const source of sources) {
    const isBuilt = source.startsWith('dist/');
    assert.ok(isBuilt ? build.includes(`  ${source} `) : existsSync(join(ROOT, source)), source);
  }
});

test('Dockerfile and DaemonSet run the one script, on the folder of the node', () => {
  const targets = new Map(instructions('COPY').map(([source = '', target = '']) => [source, target]));
  assert.equal(targets.get('conf-examples/installer/install.sh'), '/install.sh');
  assert.deepEqual(JSON.parse(instructions('ENTRYPOINT')[0]?.join(' ') ?? ''), ['/bin/sh', '/install.sh']);
  const script = read('installer/install.sh');
  assert.equal(/ENI_LOCAL_EXECUTABLE:-(.*?)}/.exec(script)?.[1], targets.get('dist/eni-local'));
  assert.equal(targets.get('dist/eni-local-arm64'), targets.get('dist/eni-local'));

  const [daemonSet] = objectsIn('installer/daemonset.yaml');
  assert.ok(daemonSet);
  const [container] = at(daemonSet, 'spec.template.spec.containers') as Record<string, unknown>[];
  const [volume] = at(daemonSet, 'spec.template.spec.volumes') as Record<string, unknown>[];
  assert.ok(isObject(container) && isObject(volume));
  assert.equal(container['command'], undefined, 'the entry point of the image');
  assert.deepEqual(container['args'], ['--stay']);
  const mountPath = '/host/opt/cni/bin';
  assert.deepEqual(container['env'], [{ name: 'CNI_BIN_DIR', value: mountPath }]);
  assert.deepEqual(container['volumeMounts'], [{ name: volume['name'], mountPath }]);
  assert.deepEqual(volume['hostPath'], { path: '/opt/cni/bin', type: 'DirectoryOrCreate' });
  assert.deepEqual(
    at(daemonSet, 'spec.selector.matchLabels'),
    at(daemonSet, 'spec.template.metadata.labels'),
  );
  assert.match(String(container['image']), /^eni-local-installer:\d+\.\d+\.\d+$/);
});
