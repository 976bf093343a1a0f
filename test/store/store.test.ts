/** Transactions: compare-and-swap on versions, whoever believes to hold the lock. */
import assert from 'node:assert/strict';
import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import type { State } from '../../src/model.ts';
import { addressesOf, adds, fileOf, Place, rivals, TIMEOUT_MS } from './place.ts';

test('openStore() reads nothing where there is nothing, and makes nothing', () => {
  using place = new Place();
  assert.deepEqual(place.addresses(), []);
  assert.throws(() => place.files(), { code: 'ENOENT' });
});

test('transact() commits what the next process reads, in a directory of root alone', async () => {
  using place = new Place();
  assert.equal(await place.store().transact(adds('10.10.0.1')), '10.10.0.1');
  assert.deepEqual(place.addresses(), ['10.10.0.1']);
  assert.equal(statSync(place.directory).mode & 0o777, 0o700);
  assert.equal(statSync(join(place.directory, fileOf(1))).mode & 0o777, 0o600);
  assert.deepEqual(place.files(), [fileOf(1)], 'neither a lock nor a temporary file is left');
});

test('transact() commits nothing for the very same state', async () => {
  using place = await Place.with(1);
  assert.equal(await place.store().transact((state) => ({ state, value: 'seen' })), 'seen');
  assert.deepEqual(place.files(), [fileOf(1)]);
});

test('transact() runs again on what another process has committed meanwhile', async () => {
  using place = await Place.with(1);
  const seen: (readonly string[])[] = [];
  await place.store().transact((state) => {
    seen.push(addressesOf(state));
    if (seen.length === 1) place.rivalsCommit('10.10.1.1', '10.10.1.2');
    return adds('10.10.0.2')(state);
  });
  assert.deepEqual(seen, [['10.10.0.1'], ['10.10.0.1', '10.10.1.1', '10.10.1.2']]);
  assert.deepEqual(place.addresses(), ['10.10.0.1', '10.10.1.1', '10.10.1.2', '10.10.0.2']);
});

test('transact() answers the value of the run that was committed', async () => {
  using place = await Place.with(1);
  let runs = 0;
  const value = await place.store().transact((state) => {
    runs += 1;
    if (runs <= 5) place.rivalsCommit(`10.10.1.${runs}`);
    return { ...adds('10.10.0.2')(state), value: runs };
  });
  assert.equal(value, 6);
  assert.equal(place.addresses().length, 7);
});

test('transact() goes on without a lock that a killed process holds, after a second', async () => {
  using place = await Place.with(1);
  mkdirSync(join(place.directory, 'store.lock'));
  const before = place.world.elapsed();
  await place.store().transact(adds('10.10.0.2'));
  const waited = place.world.elapsed() - before;
  assert.ok(waited >= 1000 && waited < 1100, `${waited} ms`);
  assert.ok(place.files().includes('store.lock'), 'a lock that may be alive is left alone');
});

test('transact() of two processes at a time takes turns: neither runs its change twice', async () => {
  using place = new Place();
  let runs = 0;
  const count = (address: string) => (state: State) => {
    runs += 1;
    return adds(address)(state);
  };
  await Promise.all(rivals(4).map((address) => place.store().transact(count(address))));
  assert.equal(runs, 4);
});

test('transact() at the deadline is try-again, and commits nothing', async () => {
  using place = await Place.with(1);
  let runs = 0;
  const always = place.store().transact((state) => {
    runs += 1;
    place.world.pass(TIMEOUT_MS / 10);
    place.rivalsCommit(`10.10.1.${runs}`);
    return adds('10.10.0.2')(state);
  });
  await assert.rejects(always, (error: unknown) => {
    assert.ok(error instanceof Failure);
    assert.equal(error.kind, 'try-again');
    assert.equal(error.message, `cannot commit to the state in ${place.directory} within 30 s`);
    return true;
  });
  assert.equal(runs, 10);
  assert.ok(!place.addresses().includes('10.10.0.2'));
});

test('transact() that fails in its change commits nothing, and leaves no lock', async () => {
  using place = await Place.with(1);
  const bug = new TypeError('a bug');
  const failing = place.store().transact(() => {
    throw bug;
  });
  await assert.rejects(failing, bug);
  assert.deepEqual(place.files(), [fileOf(1)]);
});

test('openStore() on a directory that cannot be used fails with io and its name', async () => {
  using place = new Place();
  writeFileSync(place.directory, 'a file in the place of the directory');
  const expected = { kind: 'io', message: new RegExp(`${place.directory}: E`) };
  assert.throws(() => place.store().read(), expected);
  await assert.rejects(place.store().transact(adds('10.10.0.1')), expected);
});

test('transact() on a full disk fails with io, and the state is as it was', async () => {
  using place = await Place.with(2);
  const full = place.store((disk) => ({
    ...disk,
    create() {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', syscall: 'write' });
    },
  }));
  await assert.rejects(full.transact(adds('10.10.0.3')), { kind: 'io', message: /ENOSPC/ });
  assert.deepEqual(place.addresses(), ['10.10.0.1', '10.10.0.2']);
});

test('transact() drops the marks whose time is over', async () => {
  using place = new Place();
  const mark = { scope: 'subnet-1', address: '10.10.0.9', reason: 'released', since: 0 } as const;
  const now = place.world.now();
  await place.store().transact((state) => ({
    state: { ...state, marks: [1, 0].map((later) => ({ ...mark, until: now + later })) },
    value: undefined,
  }));
  assert.deepEqual(
    place
      .store()
      .read()
      .marks.map(({ until }) => until),
    [now + 1],
  );
});

test('transact() keeps the latest three versions', async () => {
  using place = await Place.with(12);
  assert.deepEqual(place.files(), [fileOf(10), fileOf(11), fileOf(12)]);
});

test('transact() removes temporary files of killed processes, and none that is in use', async () => {
  using place = await Place.with(1);
  const ages: Record<string, number> = { '.state.old.tmp': 61, '.state.young.tmp': 59, '.other.tmp': 3600 };
  for (const [name, seconds] of Object.entries(ages)) {
    place.write(name, 'half of a docu');
    const then = place.world.now() / 1000 - seconds;
    utimesSync(join(place.directory, name), then, then);
  }
  await place.store().transact(adds('10.10.0.2'));
  assert.deepEqual(place.files(), ['.other.tmp', '.state.young.tmp', fileOf(1), fileOf(2)]);
});

test('read() of a process that knows a version reads no older one', async () => {
  using place = await Place.with(3);
  const read: string[] = [];
  const store = place.store((disk) => ({
    ...disk,
    read(name) {
      read.push(name);
      return disk.read(name);
    },
  }));
  store.read();
  store.read();
  place.write(fileOf(4), 'damaged');
  assert.equal(addressesOf(store.read()).length, 3);
  assert.deepEqual(read, [fileOf(3), fileOf(4)]);
});
