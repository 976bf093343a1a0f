/** Prefixes that no pod needs go back to EC2, and nobody fails for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { giveBackPrefixes, tidyPrefixes } from '../../src/eni/give-back.ts';
import { Failure } from '../../src/errors.ts';
import type { Delegation, State } from '../../src/model.ts';
import { delegation, EMPTY, inPrefix, NOW, onEni, REF, stateOf } from '../allocator/claims.ts';
import { FakeCloud } from './fake-cloud.ts';
import { startImds } from './fake-imds.ts';
import { makeNode } from './runs.ts';

const PREFIX = '10.10.0.96/28';
const OTHER = { eni: { ...REF, id: 'eni-00000000000000009' } };
const gone = inPrefix('gone', '10.10.0.97', PREFIX);
const leaving: State = { ...EMPTY, delegations: [delegation(PREFIX, { state: 'releasing' })] };
const stages = (all: readonly Delegation[]): readonly string[] => all.map(({ state }) => state);

test('tidyPrefixes() gives back what no pod needs, on the ENIs alone of whose prefixes pods went', () => {
  const state: State = {
    ...EMPTY,
    delegations: [delegation(PREFIX, { spare: 0 }), delegation('10.10.0.112/28', { ...OTHER, spare: 0 })],
  };
  const next = tidyPrefixes(state, [gone], NOW, 'boot-1');
  assert.deepEqual(stages(next.delegations), ['releasing', 'assigned']);
  assert.equal(tidyPrefixes(state, [onEni('alone', '10.10.0.80')], NOW, 'boot-1'), state);
});

test('giveBackPrefixes() takes off what is to go, and asks nobody when that is nothing', async () => {
  using node = makeNode();
  await node.seed(leaving);
  const cloud = new FakeCloud();
  cloud.assignElsewhere(REF.id, PREFIX);
  let opened = 0;
  const open = async () => {
    opened += 1;
    return cloud;
  };
  await giveBackPrefixes([gone], open, node.start());
  assert.deepEqual([cloud.own, node.start().store.read().delegations], [[], []]);
  await node.seed({ ...EMPTY, delegations: [delegation(PREFIX)] });
  await giveBackPrefixes([gone], open, node.start());
  assert.equal(opened, 1);
});

test('giveBackPrefixes() tries once, and what goes wrong fails nobody', async () => {
  using node = makeNode();
  await node.seed(leaving);
  const cloud = new FakeCloud();
  cloud.fail('unassign', 'denied');
  await giveBackPrefixes([gone], async () => cloud, node.start());
  assert.equal(cloud.count('unassign'), 1);
  const lacking = async () => await Promise.reject(new Failure('denied', 'no credentials'));
  await giveBackPrefixes([gone], lacking, node.start());
  assert.deepEqual(stages(node.start().store.read().delegations), ['releasing']);
  const broken = async () => await Promise.reject(new TypeError('a mistake of ours'));
  await assert.rejects(giveBackPrefixes([gone], broken, node.start()), TypeError);
});

test('giveBackPrefixes() assigns nobody an address that is on the ENI without a record', async () => {
  await using imds = await startImds({
    [`network/interfaces/macs/${REF.mac}/local-ipv4s`]: '10.10.0.5\n10.10.0.80',
    [`network/interfaces/macs/${REF.mac}/ipv4-prefix`]: '10.10.0.112/28',
  });
  using node = makeNode();
  await node.seed({
    ...stateOf([onEni('c1', '10.10.0.80', { state: 'assigning' })]),
    delegations: [...leaving.delegations, delegation('10.10.0.112/28', { state: 'assigning' })],
  });
  const cloud = new FakeCloud({ own: ['10.10.0.80'] });
  cloud.assignElsewhere(REF.id, PREFIX, '10.10.0.112/28');
  await giveBackPrefixes([gone], async () => cloud, node.start(imds.world));
  assert.deepEqual(cloud.calls, [['unassign', PREFIX]]);
});
