/** The door to the state directory: whole files or none, durable before anybody hears of them. */
import assert from 'node:assert/strict';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Disk, openDisk } from '../../src/store/disk.ts';
import { Cut, watchSyscalls } from './syscalls.ts';

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'eni-local-disk-'));
  readonly disk: Disk = openDisk(this.path);
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text);

const textOf = (disk: Disk, name: string): string | undefined => disk.read(name)?.toString();

const CREATE = ['open tmp', 'write tmp', 'fsync tmp', 'close tmp', 'link tmp name', 'unlink tmp'];

test('create() syncs the file before it has its name, and the directory before it answers', () => {
  using folder = new Folder();
  using watch = watchSyscalls();
  assert.equal(folder.disk.create('name', bytesOf('text'), 'tmp'), 'created');
  const directory = folder.path.replace(/.*\//, '');
  const sync = ['open', 'fsync', 'close'].map((call) => `${call} ${directory}`);
  assert.deepEqual(watch.calls, [...CREATE, ...sync]);
  assert.equal(textOf(folder.disk, 'name'), 'text');
});

test('create() of a name that exists leaves that file, and nothing of its own', () => {
  using folder = new Folder();
  folder.disk.create('name', bytesOf('first'), 'tmp');
  using watch = watchSyscalls();
  assert.equal(folder.disk.create('name', bytesOf('second'), 'tmp'), 'exists');
  assert.deepEqual(watch.calls, CREATE);
  assert.equal(textOf(folder.disk, 'name'), 'first');
  assert.deepEqual(folder.disk.list(), ['name']);
});

test('create() writes what the kernel takes piece by piece', () => {
  using folder = new Folder();
  const text = 'äöü'.repeat(100_000);
  folder.disk.create('name', bytesOf(text), 'tmp');
  assert.equal(textOf(folder.disk, 'name'), text);
});

for (const [index, call] of [...CREATE, 'open', 'fsync', 'close'].entries()) {
  test(`create() that is cut off at call ${index + 1} (${call}) leaves the whole text or no name`, () => {
    using folder = new Folder();
    {
      using _watch = watchSyscalls((_, at) => (at >= index ? new Cut() : undefined));
      assert.throws(() => folder.disk.create('name', bytesOf('text'), 'tmp'), Cut);
    }
    const isLinked = index > CREATE.indexOf('link tmp name');
    assert.equal(textOf(folder.disk, 'name'), isLinked ? 'text' : undefined);
  });
}

test('create() whose link is refused for another reason than the name fails', () => {
  using folder = new Folder();
  const refusal = Object.assign(new Error('EPERM: hard links are not supported here'), { code: 'EPERM' });
  using _watch = watchSyscalls((call) => (call.startsWith('link') ? refusal : undefined));
  assert.throws(() => folder.disk.create('name', bytesOf('text'), 'tmp'), refusal);
  assert.deepEqual(readdirSync(folder.path), []);
});

test('prepare() makes the directory for root alone, its parents as usual, and again nothing', () => {
  using folder = new Folder();
  const disk = openDisk(join(folder.path, 'a', 'b'));
  disk.prepare();
  disk.create('name', bytesOf('text'), 'tmp');
  disk.prepare();
  assert.deepEqual(disk.list(), ['name']);
});

test('list(), read(), modifiedAt() and remove() take what is not there for nothing', () => {
  using folder = new Folder();
  const disk = openDisk(join(folder.path, 'nowhere'));
  assert.deepEqual(disk.list(), []);
  assert.equal(disk.read('name'), undefined);
  assert.equal(disk.modifiedAt('name'), undefined);
  disk.remove('name');
  assert.ok(!existsSync(disk.directory));
});

test('list(), read() and remove() do not take an error for nothing', () => {
  using folder = new Folder();
  mkdirSync(join(folder.path, 'name'));
  assert.throws(() => folder.disk.read('name'), { code: 'EISDIR' });
  assert.throws(() => folder.disk.remove('name'));
  folder.disk.create('file', bytesOf(''), 'tmp');
  assert.throws(() => openDisk(join(folder.path, 'file')).list(), { code: 'ENOTDIR' });
});

test('overwrite() gives a file its text, whatever it had, for root alone, and clear() leaves none', () => {
  using folder = new Folder();
  folder.disk.overwrite('name', 'a long text');
  folder.disk.overwrite('name', 'text');
  assert.equal(textOf(folder.disk, 'name'), 'text');
  assert.equal(statSync(join(folder.path, 'name')).mode & 0o777, 0o600);
  folder.disk.clear('name');
  assert.equal(textOf(folder.disk, 'name'), '');
  folder.disk.clear('nothing');
  assert.equal(folder.disk.read('nothing'), undefined);
});

test('modifiedAt() is the modification time in milliseconds', () => {
  using folder = new Folder();
  folder.disk.create('name', bytesOf('text'), 'tmp');
  utimesSync(join(folder.path, 'name'), 0, 1_800_000_000);
  assert.equal(folder.disk.modifiedAt('name'), 1_800_000_000_000);
});

test('nothing but disk.ts makes, links, renames or syncs files of the state', () => {
  const root = fileURLToPath(new URL('../../src/', import.meta.url));
  const calls =
    /\b(fsync|fdatasync|link|rename|writeFile|write|copyFile|truncate|createWriteStream)(Sync)?\b(?=[,(\s])/;
  const doors = globSync('**/*.ts', { cwd: root }).filter((path) =>
    importsOf(readFileSync(join(root, path), 'utf8')).some((name) => calls.test(`${name} `)),
  );
  // main.ts writes to standard output.
  assert.deepEqual(doors, ['main.ts', 'store/disk.ts']);
});

/** What a file imports from node:fs and its like. */
const importsOf = (source: string): readonly string[] =>
  [...source.matchAll(/import ([^;]*?) from 'node:fs(?:\/promises)?'/g)].flatMap(([, names = '']) =>
    names
      .replaceAll(/[{}]/g, '')
      .split(',')
      .map((name) => name.trim()),
  );
