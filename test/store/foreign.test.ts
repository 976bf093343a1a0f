/** Things in the state directory that are not ours: none of them stops the node. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { adds, fileOf, Place } from './place.ts';

/** Makes `path` look as if it had lain there since the epoch. */
const age = (path: string): void => utimesSync(path, 1, 1);

const THINGS: Record<string, (at: (name: string) => string, place: Place) => void> = {
  'a folder with the name of the next version': (at) => mkdirSync(at(fileOf(4))),
  'a folder with the name of an old version': (at) => mkdirSync(at(fileOf(1))),
  'a link to nothing with the name of the next version': (at) => symlinkSync('/nowhere', at(fileOf(4))),
  'a version number out of all proportion': (_, place) => place.write('state.123456789012345.json', 'x'),
  'the highest version number there is': (_, place) => place.write('state.999999999999999.json', 'x'),
  'a version number that is too long': (_, place) => place.write('state.1234567890123456.json', 'x'),
  'a version number with zeros in front': (_, place) => place.write('state.007.json', 'x'),
  'version zero': (_, place) => place.write('state.0.json', 'x'),
  'an old folder with the name of a temporary file': (at) => {
    mkdirSync(at('.state.x.tmp'));
    age(at('.state.x.tmp'));
  },
  'an old file in the place of the lock': (at, place) => {
    place.write('store.lock', '');
    age(at('store.lock'));
  },
  'an old folder in the place of the lock, with something in it': (at) => {
    mkdirSync(at('store.lock/something'), { recursive: true });
    age(at('store.lock'));
  },
};

for (const [what, put] of Object.entries(THINGS)) {
  test(`${what}: nothing is lost, and the node goes on`, async () => {
    using place = await Place.with(4);
    place.remove(fileOf(4));
    put((name) => join(place.directory, name), place);
    const before = ['10.10.0.1', '10.10.0.2', '10.10.0.3'];
    assert.deepEqual(place.addresses(), before);
    const more = ['10.10.9.1', '10.10.9.2', '10.10.9.3', '10.10.9.4'];
    for (const address of more) await place.store().transact(adds(address));
    assert.deepEqual(place.addresses(), [...before, ...more]);
  });
}

const NAMES = [
  'state.json',
  'state.4.json~',
  'state.-4.json',
  'state.4.5.json',
  'state.4.json.bak',
  '.state.4.json.swp',
  'xstate.4.json',
  'state.1234567890123456.json',
  'last_reserved_ip.0',
  '10.10.0.4',
];

test('files of other names are neither read nor removed', async () => {
  using place = await Place.with(1);
  for (const name of NAMES) place.write(name, '{"format": 3}');
  for (const number of [2, 3, 4, 5]) await place.store().transact(adds(`10.10.0.${number}`));
  assert.equal(place.addresses().length, 5);
  assert.deepEqual(place.warnings(), []);
  for (const name of NAMES) assert.equal(place.text(name), '{"format": 3}');
});
