/** What a process finds that slept between any two steps, while others committed and pruned. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Disk } from '../../src/store/disk.ts';
import { addressesOf, adds, fileOf, Place, rivals } from './place.ts';

/** How many commits a document names. */
const HISTORY = 256;

/** A disk on which something happens once, before or after the named step of its owner. */
const sleeper =
  (moment: 'before' | 'after', step: 'list' | 'read' | 'create', happens: () => void) =>
  (disk: Disk): Disk => {
    let due = true;
    const around = <Args extends unknown[], Result>(action: (...args: Args) => Result) => {
      return (...args: Args): Result => {
        if (!due) return action(...args);
        due = false;
        if (moment === 'before') happens();
        const result = action(...args);
        if (moment === 'after') happens();
        return result;
      };
    };
    return { ...disk, [step]: around<never[], unknown>(disk[step]) };
  };

/** A counted change, so that a test can tell how often it ran. */
function counted(address: string) {
  const change = (state: Parameters<ReturnType<typeof adds>>[0]) => {
    change.runs += 1;
    return adds(address)(state);
  };
  change.runs = 0;
  return change;
}

for (const count of [1, 2, 3, 4, 10, HISTORY - 1]) {
  const title = `a writer that slept before its link, while others committed ${count} times`;
  test(`${title}, runs again and loses nothing`, async () => {
    using place = await Place.with(5);
    const change = counted('10.10.0.99');
    const sleeping = place.store(sleeper('before', 'create', () => place.rivalsCommit(...rivals(count))));
    await sleeping.transact(change);
    assert.equal(change.runs, 2);
    const before = Array.from({ length: 5 }, (_, index) => `10.10.0.${index + 1}`);
    assert.deepEqual(place.addresses(), [...before, ...rivals(count), '10.10.0.99']);
  });

  test(`a writer that slept after its link, while others committed ${count} times, is done`, async () => {
    using place = await Place.with(5);
    const change = counted('10.10.0.99');
    const sleeping = place.store(sleeper('after', 'create', () => place.rivalsCommit(...rivals(count))));
    assert.equal(await sleeping.transact(change), '10.10.0.99');
    assert.equal(change.runs, 1);
    assert.deepEqual(place.addresses().slice(5), ['10.10.0.99', ...rivals(count)]);
  });
}

for (const moment of ['before', 'after'] as const) {
  test(`a writer that slept ${moment} its link, longer than history tells, is told to try again`, async () => {
    using place = await Place.with(5);
    const sleep = sleeper(moment, 'create', () => place.rivalsCommit(...rivals(HISTORY + 1)));
    await assert.rejects(place.store(sleep).transact(adds('10.10.0.99')), {
      kind: 'try-again',
      message: `cannot tell whether a change to ${place.directory} was committed`,
    });
    const addresses = place.addresses();
    assert.equal(addresses.includes('10.10.0.99'), moment === 'after');
    assert.deepEqual(addresses.slice(-HISTORY - 1), rivals(HISTORY + 1));
  });
}

test('a version that was linked in vain is no state to anybody, and goes with the next commit', async () => {
  using place = await Place.with(5);
  const sleep = sleeper('before', 'create', () => place.rivalsCommit(...rivals(10)));
  const seen: (readonly string[])[] = [];
  const seenFiles: (readonly string[])[] = [];
  await place.store(sleep).transact((state) => {
    if (seen.length > 0) seenFiles.push(place.files());
    seen.push(place.addresses());
    return adds('10.10.0.99')(state);
  });
  assert.deepEqual(
    seen.map((addresses) => addresses.includes('10.10.0.99')),
    [false, false],
  );
  assert.ok(seenFiles[0]?.includes(fileOf(6)), 'it was linked');
  assert.deepEqual(place.files(), [14, 15, 16].map(fileOf));
});

for (const step of ['list', 'read'] as const) {
  test(`a reader that slept at its ${step} until what it listed was pruned reads what is there now`, async () => {
    using place = await Place.with(2);
    const moment = step === 'list' ? 'after' : 'before';
    const reader = place.store(sleeper(moment, step, () => place.rivalsCommit(...rivals(10))));
    assert.deepEqual(addressesOf(reader.read()), ['10.10.0.1', '10.10.0.2', ...rivals(10)]);
    assert.deepEqual(place.warnings(), []);
  });
}

test('a reader that slept while one commit was made still finds what it listed', async () => {
  using place = await Place.with(5);
  const reader = place.store(sleeper('before', 'read', () => place.rivalsCommit('10.10.1.1')));
  assert.equal(addressesOf(reader.read()).length, 5, 'the version before the latest is kept for it');
});

test('a process that slept between two transactions goes on from the latest state', async () => {
  using place = await Place.with(1);
  const store = place.store();
  await store.transact(adds('10.10.0.2'));
  place.rivalsCommit(...rivals(10));
  await store.transact(adds('10.10.0.3'));
  assert.deepEqual(place.addresses(), ['10.10.0.1', '10.10.0.2', ...rivals(10), '10.10.0.3']);
});
