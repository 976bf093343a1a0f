/** How addresses come to our ENI, on an EC2 that behaves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudError, type CloudErrorKind } from '../../src/eni/cloud.ts';
import type { Mover } from '../../src/float/mover.ts';
import { take } from '../../src/float/take.ts';
import { familyOf } from '../../src/net/address.ts';
import { FakeWorld } from '../eni/fake-world.ts';

const [OURS, THEIRS] = ['eni-0a', 'eni-0b'];
const [A, B] = ['10.10.1.98', '10.10.1.99'];
const [X, Y] = ['2001:db8::98', '2001:db8::99'];

/** Who holds what; addresses that EC2 refuses to put on an ENI, and for how many calls it does. */
class FakeEc2 implements Mover {
  readonly holders = new Map<string, string>();
  readonly calls: string[] = [];
  /** Told by the ENI that the call would put something on. */
  readonly refusals: { eni: string; address?: string; kind: CloudErrorKind; times: number }[] = [];

  #call(what: string, eni: string, addresses: readonly string[]): void {
    this.calls.push(`${what} ${eni} ${addresses.join()}`);
    const refusal = this.refusals.find(
      (one) =>
        one.eni === eni && one.times > 0 && (one.address === undefined || addresses.includes(one.address)),
    );
    if (!refusal || what === 'unassign') return;
    refusal.times -= 1;
    throw new CloudError(refusal.kind, 'Code', `${what}: ${refusal.kind}`);
  }

  reassignIpv4 = async (addresses: readonly string[]) => {
    this.#call('reassign', OURS, addresses);
    for (const address of addresses) this.holders.set(address, OURS);
    return 'request-1';
  };

  assignIpv6 = async (eni: string, addresses: readonly string[]) => {
    this.#call('assign', eni, addresses);
    if (addresses.some((address) => (this.holders.get(address) ?? eni) !== eni))
      throw new CloudError('taken', 'Code', 'assign: taken');
    for (const address of addresses) this.holders.set(address, eni);
    return 'request-2';
  };

  unassignIpv6 = async (eni: string, addresses: readonly string[]) => {
    this.#call('unassign', eni, addresses);
    if (addresses.some((address) => this.holders.get(address) !== eni))
      throw new CloudError('not-assigned', 'Code', 'unassign: not-assigned');
    for (const address of addresses) this.holders.delete(address);
    return 'request-3';
  };

  holdersOf = async (addresses: readonly string[]) =>
    new Map([...this.holders].filter(([address]) => addresses.includes(address)));
}

const kinds = (outcomes: Awaited<ReturnType<typeof take>>) =>
  Object.fromEntries(
    [...outcomes].map(([address, one]) => [address, one.kind === 'taken' ? one.kind : one.error.kind]),
  );

const run = (ec2: FakeEc2, ...addresses: readonly string[]) => {
  assert.equal(new Set(addresses.map(familyOf)).size, 1);
  return take(addresses, OURS, ec2, new FakeWorld());
};

test('IPv4: one call moves all that are to be moved, and nothing else', async () => {
  const ec2 = new FakeEc2();
  ec2.holders.set(A, THEIRS).set('10.10.1.50', THEIRS);
  const outcomes = await run(ec2, A, B);
  assert.deepEqual(outcomes.get(A), { kind: 'taken', request: 'request-1' });
  assert.deepEqual(ec2.calls, [`reassign ${OURS} ${A},${B}`]);
  assert.equal(ec2.holders.get('10.10.1.50'), THEIRS);
});

test('IPv4: one that EC2 refuses does not keep the other from moving', async () => {
  const ec2 = new FakeEc2();
  ec2.refusals.push({ eni: OURS, address: B, kind: 'rejected', times: 9 });
  assert.deepEqual(kinds(await run(ec2, A, B)), { [A]: 'taken', [B]: 'rejected' });
});

test('IPv4: when EC2 does not answer, one call is enough to know', async () => {
  const ec2 = new FakeEc2();
  ec2.refusals.push({ eni: OURS, kind: 'not-now', times: 9 });
  assert.deepEqual(kinds(await run(ec2, A, B)), { [A]: 'not-now', [B]: 'not-now' });
  assert.equal(ec2.calls.length, 1);
});

test('IPv6: off the ENI that has it, and on ours', async () => {
  const ec2 = new FakeEc2();
  ec2.holders.set(X, THEIRS).set(Y, THEIRS);
  const outcomes = await run(ec2, X, Y);
  assert.deepEqual(outcomes.get(Y), { kind: 'taken', request: 'request-2', from: THEIRS });
  assert.deepEqual(ec2.calls, [`unassign ${THEIRS} ${X},${Y}`, `assign ${OURS} ${X},${Y}`]);
});

test('IPv6: what nobody has, or we have, is taken off nobody', async () => {
  const ec2 = new FakeEc2();
  ec2.holders.set(X, OURS);
  assert.deepEqual(kinds(await run(ec2, X, Y)), { [X]: 'taken', [Y]: 'taken' });
  assert.deepEqual(ec2.calls, [`assign ${OURS} ${X},${Y}`]);
});

test('IPv6: what has left its ENI since EC2 told of it is taken as well', async () => {
  const ec2 = new FakeEc2();
  ec2.holdersOf = async () => new Map([[X, THEIRS]]);
  assert.deepEqual(kinds(await run(ec2, X)), { [X]: 'taken' });
});

test('IPv6: a refusal takes it back to where it was, and it is not tried again', async () => {
  const ec2 = new FakeEc2();
  ec2.holders.set(X, THEIRS).set(Y, THEIRS);
  ec2.refusals.push({ eni: OURS, address: X, kind: 'eni-full', times: 9 });
  const outcomes = await run(ec2, X, Y);
  assert.deepEqual(kinds(outcomes), { [X]: 'eni-full', [Y]: 'taken' });
  const back = outcomes.get(X);
  assert.ok(back?.kind === 'failed' && back.isBack === true);
  assert.deepEqual([ec2.holders.get(X), ec2.holders.get(Y)], [THEIRS, OURS]);
});

test('IPv6: throttling between the two calls, or on the way back, leaves it on an ENI', async () => {
  const ec2 = new FakeEc2();
  ec2.holders.set(X, THEIRS);
  ec2.refusals.push({ eni: OURS, kind: 'not-now', times: 3 });
  assert.deepEqual(kinds(await run(ec2, X)), { [X]: 'taken' });
  ec2.holders.set(X, THEIRS);
  ec2.refusals.push({ eni: OURS, kind: 'rejected', times: 1 }, { eni: THEIRS, kind: 'transient', times: 3 });
  assert.deepEqual(kinds(await run(ec2, X)), { [X]: 'rejected' });
  assert.equal(ec2.holders.get(X), THEIRS);
});

test('IPv6: an outage that lasts leaves it to the next try, which need not take it off any more', async () => {
  const ec2 = new FakeEc2();
  ec2.holders.set(X, THEIRS);
  ec2.refusals.push({ eni: OURS, kind: 'transient', times: 4 });
  const first = (await run(ec2, X)).get(X);
  assert.ok(first?.kind === 'failed' && first.isBack === undefined);
  assert.deepEqual(kinds(await run(ec2, X)), { [X]: 'taken' });
});

test('a bug is not taken for an answer of EC2', async () => {
  const ec2 = new FakeEc2();
  ec2.reassignIpv4 = () => Promise.reject(new TypeError('bug'));
  await assert.rejects(run(ec2, A, B), TypeError);
});
