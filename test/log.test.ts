/** The log: JSON lines that never fail the invocation. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LOG_LEVELS, openLog } from '../src/log.ts';
import { FakeWorld } from './eni/fake-world.ts';

const directory = mkdtempSync(join(tmpdir(), 'log-'));
after(() => rmSync(directory, { recursive: true }));

const lines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

for (const [place, level] of LOG_LEVELS.entries()) {
  test(`openLog() at level ${level} writes this level and the graver ones`, () => {
    const world = new FakeWorld();
    const log = openLog({ level }, {}, world);
    for (const each of LOG_LEVELS) log[each]('something happened');
    assert.deepEqual(
      lines(world.stderr).map((line) => line['level']),
      LOG_LEVELS.slice(place),
    );
  });
}

test('openLog() puts time, context and fields into every line', () => {
  const world = new FakeWorld();
  const log = openLog({ level: 'info' }, { command: 'ADD', container: 'c1' }, world);
  log.info('EC2 call failed', { eni: 'eni-0a', lines: 'a\nb' });
  const [{ time, ...rest } = {}] = lines(world.stderr);
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(rest, {
    level: 'info',
    message: 'EC2 call failed',
    command: 'ADD',
    container: 'c1',
    eni: 'eni-0a',
    lines: 'a\nb',
  });
});

test('openLog() appends to the file that is named, which nobody else may read', () => {
  const world = new FakeWorld();
  const file = join(directory, 'eni-local.log');
  openLog({ level: 'warn', file }, {}, world).warn('first');
  openLog({ level: 'warn', file }, {}, world).warn('second');
  assert.deepEqual(
    lines(readFileSync(file, 'utf8')).map(({ message }) => message),
    ['first', 'second'],
  );
  assert.equal(statSync(file).mode & 0o077, 0);
  assert.equal(world.stderr, '');
});

test('openLog() goes to stderr when the file cannot be written', () => {
  const world = new FakeWorld();
  openLog({ level: 'warn', file: join(directory, 'absent', 'file') }, {}, world).warn('heard');
  assert.deepEqual(
    lines(world.stderr).map(({ message }) => message),
    ['heard'],
  );
});
