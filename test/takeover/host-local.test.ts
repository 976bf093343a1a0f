/** What host-local keeps on disk, and what of it becomes ours. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { allReservations } from '../../src/state.ts';
import { readHostLocal } from '../../src/takeover/host-local.ts';
import { planTakeover } from '../../src/takeover/plan.ts';
import { EMPTY, ENI, NOW, onEni, rangeSets, reservation, stateOf } from '../allocator/claims.ts';

const base = mkdtempSync(join(tmpdir(), 'eni-local-host-local-'));
after(() => rmSync(base, { recursive: true }));

const FILES = {
  '10.10.0.80': 'one\r\nnet1',
  '10.10.0.81': ' two \r\n net1 \n',
  '10.10.0.82': 'of-an-old-host-local',
  '10.10.0.83': '',
  '10.10.0.84': '\u0000\u0000',
  '2001:db8::0:2': 'six\r\nnet1',
  'last_reserved_ip.0': '10.10.0.82',
  'last_reserved_ip.1': 'torn',
  lock: '',
  'notes.txt': 'somebody was here',
};
const folder = join(base, 'pods');
mkdirSync(folder);
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
mkdirSync(join(base, 'empty'));

test('readHostLocal() reads a folder of folders, or the folder of one network', () => {
  assert.deepEqual(
    readHostLocal(base)
      .map(({ name }) => name)
      .toSorted(),
    ['empty', 'pods'],
  );
  assert.deepEqual(
    readHostLocal(`${folder}/`).map(({ name }) => name),
    ['pods'],
  );
  assert.throws(() => readHostLocal(join(base, 'none')), { kind: 'io', message: /^cannot read .*none/ });
});

test('readHostLocal() trims, knows the old form, and tells what names no container', () => {
  const [network] = readHostLocal(folder);
  assert.ok(network);
  assert.deepEqual(
    network.reservations.map(({ address, container, interface: name, file }) => [
      address,
      container,
      name,
      basename(file),
    ]),
    [
      ['10.10.0.80', 'one', 'net1', '10.10.0.80'],
      ['10.10.0.81', 'two', 'net1', '10.10.0.81'],
      ['10.10.0.82', 'of-an-old-host-local', '', '10.10.0.82'],
      ['2001:db8::2', 'six', 'net1', '2001:db8::0:2'],
    ],
  );
  assert.deepEqual(
    network.unreadable.map(({ address }) => address),
    ['10.10.0.83', '10.10.0.84'],
  );
  assert.deepEqual([...network.cursors], [[0, '10.10.0.82']]);
});

const sets = rangeSets([{ subnet: '10.10.0.0/24' }]);
const circumstances = { now: NOW, boot: 'boot-1', observe: () => undefined };
const one = { address: '10.10.0.80', container: 'c1', interface: 'net1', file: '/x/10.10.0.80' };
const inherited = {
  name: 'pods',
  reservations: [one],
  unreadable: [],
  cursors: new Map([[0, '10.10.0.80']]),
};

test('planTakeover() puts living pods on record, whose addresses the ENI is to get', () => {
  const destination = { rangeSets: sets, cooldownMs: 0, eni: ENI };
  const { state, value } = planTakeover(EMPTY, inherited, destination, circumstances);
  assert.deepEqual(allReservations(state), [onEni('c1', '10.10.0.80', { lost: true })]);
  assert.deepEqual(state.cursors, { 'pods/0': '10.10.0.80' });
  assert.deepEqual(
    value.map(({ action }) => action),
    ['take over'],
  );
  const again = planTakeover(state, inherited, destination, circumstances);
  assert.equal(again.state, state);
  assert.deepEqual(
    again.value.map(({ action }) => action),
    ['known'],
  );
});

test('planTakeover() takes nothing from another attachment, on whatever network of the subnet', () => {
  const destination = { rangeSets: sets, cooldownMs: 0, eni: ENI };
  const taken = stateOf([onEni('other', '10.10.0.80', { network: 'blue' })]);
  const { state, value } = planTakeover(taken, inherited, destination, circumstances);
  assert.equal(state, taken);
  assert.deepEqual(
    value.map(({ action, reason }) => [action, reason]),
    [['conflict', 'other net1 of network blue has it']],
  );
});

test('planTakeover() without a configuration records the address alone', () => {
  const { state } = planTakeover(EMPTY, inherited, { rangeSets: [], cooldownMs: 0 }, circumstances);
  assert.deepEqual(allReservations(state), [reservation('c1', '10.10.0.80', { length: 32, gateway: '' })]);
});
