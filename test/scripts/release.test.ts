/** `scripts/release`: what it makes is whole, and says what it is. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'dist', 'release');
const LONGEST_MS = 300_000;

/** Answers what it printed. */
function run(command: string, ...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, words, {
    cwd: folder,
    encoding: 'utf8',
    timeout: LONGEST_MS,
  });
  assert.equal(status, 0, `${stdout}${stderr}`);
  return stdout;
}

/** elf(5): the architecture that a program is for. */
const machineOf = (file: string): number => readFileSync(join(folder, file)).readUInt16LE(18);
const MACHINES = { x64: 62, arm64: 183 };

test('a release has both executables, what is in them, and sums of all', () => {
  const { status, stderr } = spawnSync(join(root, 'scripts', 'release'), ['--dirty'], {
    encoding: 'utf8',
    timeout: LONGEST_MS,
  });
  assert.equal(status, 0, stderr);
  const files = ['eni-local-linux-arm64', 'eni-local-linux-x64', 'eni-local.cdx.json'];
  assert.deepEqual(readdirSync(folder).toSorted(), ['SHA256SUMS', ...files]);
  assert.equal(run('sha256sum', '--check', 'SHA256SUMS'), files.map((file) => `${file}: OK\n`).join(''));
  for (const [arch, machine] of Object.entries(MACHINES))
    assert.equal(machineOf(`eni-local-linux-${arch}`), machine, arch);

  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const sbom = JSON.parse(readFileSync(join(folder, 'eni-local.cdx.json'), 'utf8')) as {
    components: readonly { readonly name: string; readonly group?: string; readonly version: string }[];
  };
  const named = new Set(
    sbom.components.map(({ group, name, version }) => `${group ? `${group}/` : ''}${name}@${version}`),
  );
  const missing = Object.entries(dependencies).filter(([name, version]) => !named.has(`${name}@${version}`));
  assert.deepEqual(missing, []);

  const { builtFrom } = JSON.parse(run('./eni-local-linux-x64', 'version', '--json')) as {
    builtFrom: { readonly lock: string };
  };
  const [lock] = run('sha256sum', join(root, 'package-lock.json')).split(' ');
  assert.equal(builtFrom.lock, `sha256:${lock}`);
});
