/** Taking a batch off: what is not there is done already, and nobody else is kept waiting for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holderOf } from '../../src/eni/holdings.ts';
import { type UnassignOutcome, unassign } from '../../src/eni/unassign.ts';
import { PRIMARY, REF } from '../allocator/claims.ts';
import { FakeCloud } from './fake-cloud.ts';

const many = Array.from({ length: 12 }, (_, place) => `10.10.0.${place + 80}`);

const withKind = (outcomes: ReadonlyMap<string, UnassignOutcome>, kind: string): readonly string[] =>
  many.filter((address) => outcomes.get(address)?.kind === kind);

test('unassign() makes one call when all are there, and none for nothing', async () => {
  const cloud = new FakeCloud({ own: [...many, '10.10.0.99'] });
  assert.deepEqual(withKind(await unassign(cloud, REF, many), 'released'), many);
  assert.deepEqual(cloud.own, ['10.10.0.99']);
  assert.deepEqual(cloud.calls, [['unassign', ...many]]);
  assert.equal((await unassign(cloud, REF, [])).size, 0);
  assert.equal(cloud.calls.length, 1);
});

const absences: [title: string, absent: readonly string[], calls: number][] = [
  ['one that is not on the ENI', many.slice(3, 4), 4],
  ['two that are not on the ENI', many.slice(3, 5), 5],
  ['none that is on the ENI', many, 2 + many.length],
];
for (const [title, absent, calls] of absences) {
  for (const where of ['free', 'on a neighbour']) {
    test(`unassign() is done with ${title} but ${where}, and with the rest`, async () => {
      const present = many.filter((address) => !absent.includes(address));
      const cloud = new FakeCloud({ own: present, neighbours: where === 'free' ? [] : absent });
      assert.deepEqual(withKind(await unassign(cloud, REF, many), 'released'), many);
      assert.deepEqual(cloud.own, []);
      assert.ok(cloud.calls.length <= calls, `${cloud.calls.length} calls`);
      const left = await cloud.holdingsIn(REF.subnet);
      assert.deepEqual(
        absent.filter((address) => holderOf(left, address)),
        where === 'free' ? [] : absent,
        'a neighbour loses nothing',
      );
    });
  }
}

test('unassign() of a single one that is not there takes one call', async () => {
  const cloud = new FakeCloud();
  assert.deepEqual((await unassign(cloud, REF, many.slice(0, 1))).get('10.10.0.80'), { kind: 'released' });
  assert.equal(cloud.calls.length, 1);
});

test('unassign() goes one by one when it may not ask what the ENI holds', async () => {
  const cloud = new FakeCloud({ own: many.slice(1) });
  cloud.fail('describe', 'denied');
  assert.deepEqual(withKind(await unassign(cloud, REF, many), 'released'), many);
  assert.deepEqual(cloud.own, []);
  assert.ok(cloud.calls.length <= 2 + many.length);
});

test('unassign() is not misled by a description that shows what is gone already', async () => {
  const cloud = new FakeCloud({ own: many });
  cloud.lag();
  await cloud.unassign(REF, many.slice(0, 1));
  assert.deepEqual(withKind(await unassign(cloud, REF, many), 'released'), many);
  assert.deepEqual(cloud.own, []);
  assert.ok(cloud.calls.length <= 4 + many.length);
});

test('unassign() is not misled by a description that does not show yet what is there', async () => {
  const cloud = new FakeCloud({ own: many.slice(2) });
  cloud.lag();
  await cloud.assign(REF, many.slice(1, 2));
  assert.deepEqual(withKind(await unassign(cloud, REF, many), 'released'), many);
  assert.deepEqual(cloud.own, []);
  assert.ok(cloud.calls.length <= 4 + 2);
});

test('unassign() is done when the ENI is gone', async () => {
  const cloud = new FakeCloud({ own: many });
  cloud.removeEni();
  assert.deepEqual(withKind(await unassign(cloud, REF, many), 'released'), many);
  assert.equal(cloud.calls.length, 1);
});

for (const fault of ['unreachable', 'lost'] as const) {
  test(`unassign() tells that there was no answer when EC2 is ${fault}, and is done when asked again`, async () => {
    const cloud = new FakeCloud({ own: many });
    cloud.fail('unassign', fault, 1);
    const outcomes = await unassign(cloud, REF, many);
    assert.deepEqual(withKind(outcomes, 'unanswered'), many);
    const [outcome] = outcomes.values();
    const kind = fault === 'lost' ? 'transient' : 'not-now';
    assert.equal(outcome?.kind === 'unanswered' && outcome.error.kind, kind);
    assert.deepEqual(withKind(await unassign(cloud, REF, many), 'released'), many);
    assert.deepEqual(cloud.own, []);
  });
}

test('unassign() believes nobody to be released when it is denied', async () => {
  const cloud = new FakeCloud({ own: many });
  cloud.fail('unassign', 'denied');
  const outcomes = await unassign(cloud, REF, many);
  const [outcome] = outcomes.values();
  assert.equal(outcome?.kind === 'unanswered' && outcome.error.kind, 'denied');
  assert.deepEqual(withKind(outcomes, 'unanswered'), many);
  assert.deepEqual(cloud.own, many);
});

test('unassign() keeps the rest from nothing when one member is the ENI’s primary address', async () => {
  const cloud = new FakeCloud({ own: many });
  const outcomes = await unassign(cloud, REF, [PRIMARY, ...many]);
  assert.equal(outcomes.get(PRIMARY)?.kind, 'unanswered');
  assert.deepEqual(withKind(outcomes, 'released'), many);
});

const IPV6 = '2600:1f14:abc:1200::100';
const mute = (cloud: FakeCloud): FakeCloud => {
  cloud.wording = () => 'Something is wrong with the request.';
  return cloud;
};

test('unassign() takes an IPv6 address for gone that EC2 refuses, in whatever words, and does not show', async () => {
  const cloud = mute(new FakeCloud());
  assert.deepEqual([...(await unassign(cloud, REF, [IPV6]))], [[IPV6, { kind: 'released' }]]);
});

test('unassign() does not take an IPv6 address for gone that EC2 shows, or that it may not be asked about', async () => {
  const lagging = mute(new FakeCloud({ ipv6: [IPV6] }));
  lagging.lag();
  await unassign(lagging, REF, [IPV6]);
  assert.equal((await unassign(lagging, REF, [IPV6])).get(IPV6)?.kind, 'unanswered');
  const silent = mute(new FakeCloud());
  silent.fail('describe', 'denied');
  assert.equal((await unassign(silent, REF, [IPV6])).get(IPV6)?.kind, 'unanswered');
});

test('unassign() believes a list that shows a prefix no longer, whatever EC2 says', async () => {
  const cloud = new FakeCloud({ ipv6: [] });
  cloud.wording = () => 'no reason given';
  cloud.assignElsewhere(REF.id, '10.10.0.96/28');
  const outcomes = await unassign(cloud, REF, ['10.10.0.80/28', '10.10.0.96/28']);
  assert.deepEqual(
    [...outcomes.values()].map(({ kind }) => kind),
    ['released', 'released'],
  );
  assert.deepEqual(cloud.own, []);
});

test('unassign() asks no more for what another process has taken off meanwhile', async () => {
  const cloud = new FakeCloud({ own: ['10.10.0.80'] });
  const outcomes = await unassign(cloud, REF, ['10.10.0.80', '10.10.0.81', '10.10.0.82'], (address) => {
    return address !== '10.10.0.82';
  });
  assert.deepEqual([...outcomes.keys()].toSorted(), ['10.10.0.80', '10.10.0.81']);
  assert.deepEqual(
    cloud.calls.filter(([action]) => action === 'unassign').map(([, ...addresses]) => addresses),
    [['10.10.0.80', '10.10.0.81', '10.10.0.82'], ['10.10.0.80'], ['10.10.0.81']],
  );
});
