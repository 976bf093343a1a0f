/** Assigning a batch: one bad member fails alone, in few calls. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AssignReport, assign } from '../../src/eni/assign.ts';
import { holderOf } from '../../src/eni/holdings.ts';
import type { Verdict } from '../../src/model.ts';
import { PRIMARY, REF } from '../allocator/claims.ts';
import { FakeCloud, NEIGHBOUR, NEIGHBOUR_PRIMARY } from './fake-cloud.ts';

/** Twelve addresses that everybody may have. */
const many = Array.from({ length: 12 }, (_, place) => `10.10.0.${place + 80}`);
const [first = '', second = ''] = many;

const kindOf = ({ outcomes }: AssignReport, address: string): string | undefined => {
  const outcome = outcomes.get(address);
  return outcome?.kind === 'refused' ? outcome.verdict.kind : outcome?.kind;
};
const withKind = (report: AssignReport, addresses: readonly string[], kind: string): readonly string[] =>
  addresses.filter((address) => kindOf(report, address) === kind);

test('assign() makes one call for a batch, and none for an empty one', async () => {
  const cloud = new FakeCloud();
  const report = await assign(cloud, REF, many);
  assert.deepEqual(withKind(report, many, 'held'), many);
  assert.deepEqual(cloud.own, many);
  assert.deepEqual(cloud.calls, [['assign', ...many]]);
  assert.equal((await assign(cloud, REF, [])).outcomes.size, 0);
  assert.equal(cloud.calls.length, 1);
});

test('assign() takes it for granted that the ENI may hold an address already', async () => {
  const cloud = new FakeCloud({ own: [first] });
  assert.deepEqual(withKind(await assign(cloud, REF, many), many, 'held'), many);
  assert.equal(cloud.calls.length, 1);
});

interface Bad {
  readonly title: string;
  readonly address: string;
  readonly kind: Verdict['kind'];
  readonly says: RegExp;
  readonly holder?: string;
  /** Calls beside the one that fails and the one that succeeds. */
  readonly calls: number;
}

const bad: readonly Bad[] = [
  {
    title: 'that another ENI holds',
    address: '10.10.0.200',
    kind: 'address-taken',
    says: /eni-00000000000000003 holds it .*move is not allowed/,
    holder: NEIGHBOUR,
    calls: 1,
  },
  {
    title: 'that is the primary of another ENI',
    address: NEIGHBOUR_PRIMARY,
    kind: 'address-taken',
    says: /eni-00000000000000003 holds it .*secondary-addresses/,
    holder: NEIGHBOUR,
    calls: 1,
  },
  {
    title: 'that is the ENI’s own primary',
    address: PRIMARY,
    kind: 'address-taken',
    says: /eni-00000000000000002 holds it/,
    holder: REF.id,
    calls: 1,
  },
  {
    title: 'that AWS keeps',
    address: '10.10.0.3',
    kind: 'invalid-config',
    says: /Address 10\.10\.0\.3 is in subnet's reserved range\./,
    calls: 1,
  },
  {
    title: 'outside the subnet, which no message names',
    address: '10.10.9.9',
    kind: 'invalid-config',
    says: /Address does not fall within the subnet's address range/,
    // 13 addresses are halved four times: two calls each, the first pair instead of the call that succeeds.
    calls: 8,
  },
];
for (const { title, address, kind, says, holder, calls } of bad) {
  for (const batch of [
    [address, ...many],
    [...many, address],
  ]) {
    test(`assign() refuses an address ${title} alone, at place ${batch.indexOf(address)}`, async () => {
      const cloud = new FakeCloud({ neighbours: ['10.10.0.200', '10.10.0.201'] });
      const report = await assign(cloud, REF, batch);
      assert.deepEqual(withKind(report, many, 'held'), many);
      assert.deepEqual(cloud.own.toSorted(), many);
      const outcome = report.outcomes.get(address);
      assert.ok(outcome?.kind === 'refused');
      assert.equal(outcome.verdict.kind, kind);
      assert.equal(outcome.holder, holder);
      assert.match(outcome.verdict.message, new RegExp(`^cannot assign ${address} to ${REF.id}: `));
      assert.match(outcome.verdict.message, says);
      assert.ok(cloud.calls.length <= 2 + calls, `${cloud.calls.length} calls`);
    });
  }
}

test('assign() learns in one call what the neighbours hold, however many addresses they have', async () => {
  const cloud = new FakeCloud({ neighbours: many.slice(0, 6) });
  const report = await assign(cloud, REF, many);
  assert.deepEqual(withKind(report, many, 'address-taken'), many.slice(0, 6));
  assert.deepEqual(withKind(report, many, 'held'), many.slice(6));
  assert.deepEqual(holderOf(report.holdings, first), { eni: NEIGHBOUR, primary: false, exact: true });
  assert.deepEqual(
    cloud.calls.map(([action]) => action),
    ['assign', 'describe', 'assign'],
  );
});

test('assign() refuses every address of a batch that neighbours hold', async () => {
  const cloud = new FakeCloud({ neighbours: many });
  assert.deepEqual(withKind(await assign(cloud, REF, many), many, 'address-taken'), many);
  assert.deepEqual(cloud.own, []);
  assert.equal(cloud.calls.length, 2);
});

test('assign() goes by the message when it may not ask who holds what', async () => {
  const cloud = new FakeCloud({ neighbours: [first, second] });
  cloud.fail('describe', 'denied');
  const report = await assign(cloud, REF, many);
  assert.deepEqual(withKind(report, many, 'address-taken'), [first, second]);
  assert.deepEqual(withKind(report, many, 'held'), many.slice(2));
  assert.equal(cloud.count('assign'), 2);
});

test('assign() reads whole addresses in a message: 10.10.0.8 is not in 10.10.0.80', async () => {
  const cloud = new FakeCloud({ neighbours: ['10.10.0.80'] });
  cloud.fail('describe', 'denied');
  const report = await assign(cloud, REF, ['10.10.0.8', '10.10.0.80', '10.10.0.81']);
  assert.deepEqual(withKind(report, ['10.10.0.8', '10.10.0.81'], 'held'), ['10.10.0.8', '10.10.0.81']);
  assert.equal(cloud.count('assign'), 2);
});

test('assign() learns nothing from a message that names everybody', async () => {
  const cloud = new FakeCloud({ neighbours: [second] });
  cloud.fail('describe', 'denied');
  cloud.wording = () => `None of ${many.join(', ')} was assigned.`;
  const report = await assign(cloud, REF, many);
  assert.equal(withKind(report, many, 'held').length, many.length - 1);
});

test('assign() goes by halving when nobody says a word, and still fails nobody else', async () => {
  const cloud = new FakeCloud({ neighbours: [second] });
  cloud.fail('describe', 'denied');
  cloud.wording = () => 'The request cannot be carried out.';
  const report = await assign(cloud, REF, many);
  assert.deepEqual(
    withKind(report, many, 'held'),
    many.filter((address) => address !== second),
  );
  assert.equal(kindOf(report, second), 'invalid-config');
  assert.equal(cloud.count('describe'), 1, 'a denial is not asked for again');
  assert.ok(cloud.count('assign') <= 1 + 2 * Math.ceil(Math.log2(many.length)));
});

test('assign() believes EC2’s refusal when descriptions lag behind it', async () => {
  const cloud = new FakeCloud();
  cloud.lag();
  await cloud.assign({ ...REF, id: NEIGHBOUR }, [first]);
  const report = await assign(cloud, REF, many);
  assert.equal(kindOf(report, first), 'address-taken');
  assert.deepEqual(withKind(report, many, 'held'), many.slice(1));
});

test('assign() fills the ENI to its limit and refuses the rest', async () => {
  const cloud = new FakeCloud({ instanceType: 'm5.large' });
  const report = await assign(cloud, REF, many);
  const held = withKind(report, many, 'held');
  assert.equal(held.length, 9);
  assert.deepEqual(cloud.own.toSorted(), held.toSorted());
  assert.equal(withKind(report, many, 'eni-full').length, 3);
  assert.equal(cloud.count('describe'), 0, 'the limit is nobody’s fault');
});

test('assign() refuses all when the ENI is gone, and when it is not allowed to assign', async () => {
  const gone = new FakeCloud();
  gone.removeEni();
  assert.deepEqual(withKind(await assign(gone, REF, many), many, 'no-eni'), many);
  const denied = new FakeCloud();
  denied.fail('assign', 'denied');
  const report = await assign(denied, REF, many);
  assert.deepEqual(withKind(report, many, 'denied'), many);
  const outcome = report.outcomes.get(first);
  assert.match(
    outcome?.kind === 'refused' ? outcome.verdict.message : '',
    /UnauthorizedOperation: You are not/,
  );
  assert.deepEqual([gone.calls.length, denied.calls.length], [1, 1]);
});

for (const fault of ['unreachable', 'lost'] as const) {
  test(`assign() tells that there was no answer when EC2 is ${fault}, and succeeds when asked again`, async () => {
    const cloud = new FakeCloud();
    cloud.fail('assign', fault, 1);
    const report = await assign(cloud, REF, many);
    assert.deepEqual(withKind(report, many, 'unanswered'), many);
    assert.deepEqual(cloud.own, fault === 'lost' ? many : []);
    assert.deepEqual(withKind(await assign(cloud, REF, many), many, 'held'), many);
    assert.equal(cloud.calls.length, 2);
  });
}

test('assign() keeps the answers that it had when EC2 goes silent half way', async () => {
  const cloud = new FakeCloud({ neighbours: [first] });
  cloud.during = async (action) => {
    if (action === 'describe') cloud.fail('assign', 'unreachable');
  };
  const report = await assign(cloud, REF, many);
  assert.equal(kindOf(report, first), 'address-taken');
  assert.deepEqual(withKind(report, many, 'unanswered'), many.slice(1));
});

test('assign() lets a bug through', async () => {
  const cloud = new FakeCloud();
  cloud.during = () => Promise.reject(new TypeError('x is not a function'));
  await assert.rejects(assign(cloud, REF, many), TypeError);
});

test('assign() finds out in few calls that an ENI is full', async () => {
  const addresses = (from: number) => Array.from({ length: 49 }, (_, n) => `10.10.0.${from + n}`);
  const cloud = new FakeCloud({ own: addresses(20) });
  await assign(cloud, REF, addresses(80));
  assert.ok(cloud.calls.length <= 8, `${cloud.calls.length} calls`);
});

test('assign() refuses nothing that EC2 did not refuse, on the word of a description that lags', async () => {
  const cloud = new FakeCloud({ neighbours: ['10.10.0.80'] });
  cloud.lag();
  await cloud.unassign({ ...REF, id: NEIGHBOUR }, ['10.10.0.80']);
  const { outcomes } = await assign(cloud, REF, ['10.10.0.80', '10.10.0.81', '10.10.0.3']);
  assert.equal(outcomes.get('10.10.0.80')?.kind, 'held');
});

test('assign() asks again about an IPv6 address that is refused for no known reason: the account may lag', async () => {
  const address = '2600:1f14:abc:1200::100';
  const cloud = new FakeCloud({ neighboursIpv6: [address] });
  cloud.wording = () => 'Something is wrong with the request.';
  cloud.fail('describe', 'denied');
  const [outcome] = (await assign(cloud, REF, [address])).outcomes.values();
  assert.equal(outcome?.kind === 'unanswered' && outcome.error.kind, 'not-now');
  cloud.fail('describe', 'denied', 0);
  const [told] = (await assign(cloud, REF, [address])).outcomes.values();
  assert.equal(told?.kind === 'refused' && told.holder, NEIGHBOUR);
});

test('assign() refuses a prefix alone of which another ENI, or its own, has an address', async () => {
  const good = ['10.10.0.96/28', '10.10.0.112/28'];
  for (const seed of [{ neighbours: ['10.10.0.85'] }, { own: ['10.10.0.85'] }]) {
    const cloud = new FakeCloud(seed);
    const { outcomes } = await assign(cloud, REF, ['10.10.0.80/28', ...good]);
    assert.deepEqual(
      good.map((one) => outcomes.get(one)?.kind),
      ['held', 'held'],
    );
    const outcome = outcomes.get('10.10.0.80/28');
    assert.ok(outcome?.kind === 'refused' && outcome.verdict.kind === 'address-taken');
    assert.equal(outcome.holder, 'own' in seed ? REF.id : NEIGHBOUR);
  }
});

test('assign() asks again for a prefix that EC2 refuses without a reason that it shows', async () => {
  const cloud = new FakeCloud();
  cloud.lag();
  cloud.assignElsewhere(NEIGHBOUR, '10.10.0.80/28');
  cloud.wording = () => 'no reason given';
  const { outcomes } = await assign(cloud, REF, ['10.10.0.80/28']);
  const outcome = outcomes.get('10.10.0.80/28');
  assert.ok(outcome?.kind === 'unanswered' && outcome.error.kind === 'not-now');
});

test('assign() knows a prefix that a message names, and not the address that it begins with', async () => {
  const cloud = new FakeCloud({ neighbours: ['10.10.0.85'] });
  cloud.fail('describe', 'denied');
  cloud.wording = () => 'The prefix 10.10.0.80/28 is in use.';
  await assign(cloud, REF, ['10.10.0.80/28', '10.10.0.96/28']);
  assert.deepEqual(
    cloud.calls.filter(([action]) => action === 'assign'),
    [
      ['assign', '10.10.0.80/28', '10.10.0.96/28'],
      ['assign', '10.10.0.96/28'],
    ],
  );
});
