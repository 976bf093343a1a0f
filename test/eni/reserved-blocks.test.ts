/** What a subnet reserves: asked of EC2 now and then, by one process, and remembered for the others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudError, type CloudErrorKind } from '../../src/eni/cloud.ts';
import { isCurrent, learnReserved } from '../../src/eni/reserved-blocks.ts';
import type { CidrReservation, OpenSurvey, Survey } from '../../src/eni/survey.ts';
import type { KnownSubnet, ReservedBlock } from '../../src/model.ts';
import { parseSpan } from '../../src/net/span.ts';
import type { Run } from '../../src/run.ts';
import { EMPTY, NOW, REF } from '../allocator/claims.ts';
import { FakeWorld } from './fake-world.ts';
import { makeNode } from './runs.ts';

const MINUTE = 60_000;

test('isCurrent() believes an answer of this boot for ten minutes, whichever way the clock was set', () => {
  const told = (boot: string, ago: number): boolean =>
    isCurrent({ boot, since: NOW - ago, reserved: [] }, 'boot-1', NOW);
  assert.ok(told('boot-1', 0));
  assert.ok(told('boot-1', 10 * MINUTE - 1));
  assert.ok(!told('boot-1', 10 * MINUTE));
  assert.ok(told('boot-1', 1 - 10 * MINUTE), 'the clock was set back');
  assert.ok(!told('boot-1', -10 * MINUTE));
  assert.ok(!told('boot-0', 0), 'an earlier boot');
  assert.ok(!isCurrent({ boot: '', since: NOW, reserved: [] }, '', NOW), 'nobody knows which boot');
});

test('isCurrent() spares EC2 for a minute when it did not tell', () => {
  const missed = (ago: number): boolean =>
    isCurrent({ boot: 'boot-0', since: 0, reserved: [], missed: NOW - ago }, 'boot-1', NOW);
  assert.ok(missed(MINUTE - 1));
  assert.ok(!missed(MINUTE));
  assert.ok(missed(1 - MINUTE));
  assert.ok(!missed(-MINUTE));
});

const reservation = (cidr: string, type = 'explicit'): CidrReservation => {
  const span = parseSpan(cidr);
  assert.ok(span);
  return { id: `scr-${cidr}`, cidr, type, span };
};
const blocks = (...cidrs: string[]): readonly ReservedBlock[] =>
  cidrs.map((cidr) => ({ id: `scr-${cidr}`, cidr }));

/** An EC2 that has reservations, and may be in trouble; it counts who asks. */
class Ec2 {
  questions = 0;
  reservations: readonly CidrReservation[];
  trouble: CloudErrorKind | undefined;
  /** How many questions the trouble lasts. */
  lasts = Infinity;

  constructor(...reservations: CidrReservation[]) {
    this.reservations = reservations;
  }

  readonly open: OpenSurvey = async (region, run) => {
    assert.equal(region, REF.region);
    const nobody = (): Promise<never> => Promise.reject(new Error('nobody asked for that'));
    const survey: Survey = {
      enisIn: nobody,
      eni: nobody,
      cidrsOf: nobody,
      limitsOf: nobody,
      reservationsIn: async (subnet) => {
        assert.equal(subnet, REF.subnet);
        this.questions += 1;
        await run.world.sleep(100);
        if (this.trouble && this.questions <= this.lasts)
          throw new CloudError(this.trouble, 'Code', 'GetSubnetCidrReservations: Code: no');
        return this.reservations;
      },
    };
    return survey;
  };

  learn(run: Run, isOfUse: (some: readonly ReservedBlock[]) => boolean = ({ length }) => length > 0) {
    return learnReserved(REF, isOfUse, this.open, run);
  }
}

test('learnReserved() makes no file of a name that is no id of a subnet', async () => {
  using node = makeNode();
  const odd = { ...REF, subnet: '../../etc/subnet-0a' };
  await assert.rejects(
    learnReserved(odd, () => true, new Ec2().open, node.start()),
    { kind: 'no-eni', message: /"\.\.\/\.\.\/etc\/subnet-0a" reserves: it is no id of a subnet/ },
  );
});

const remembering = (known: KnownSubnet) => ({ ...EMPTY, subnets: { [REF.subnet]: known } });
const OLD = { boot: 'boot-1', since: 1, reserved: blocks('10.10.0.32/28') };

test('learnReserved() asks once, and remembers what is reserved for addresses that are asked for by name', async () => {
  using node = makeNode();
  const ec2 = new Ec2(reservation('10.10.0.64/26'), reservation('10.10.0.128/28', 'prefix'));
  for (let pods = 0; pods < 3; pods++)
    assert.deepEqual(await ec2.learn(node.start()), blocks('10.10.0.64/26'));
  assert.equal(ec2.questions, 1);
});

test('learnReserved() lets one process ask for all that come at the same time', async () => {
  using node = makeNode();
  const ec2 = new Ec2(reservation('10.10.0.64/26'));
  const all = await Promise.all(Array.from({ length: 20 }, () => ec2.learn(node.start())));
  for (const one of all) assert.deepEqual(one, blocks('10.10.0.64/26'));
  assert.equal(ec2.questions, 1);
});

test('learnReserved() forgets nothing of other subnets, whatever the boot', async () => {
  using node = makeNode();
  const other = { ...OLD, boot: 'boot-0' };
  await node.seed({ ...EMPTY, subnets: { 'subnet-0b': other, [REF.subnet]: other } });
  const ec2 = new Ec2(reservation('10.10.0.64/26'));
  await ec2.learn(node.start());
  const { subnets } = node.start().store.read();
  assert.deepEqual(subnets['subnet-0b'], other);
  assert.equal(subnets[REF.subnet]?.boot, 'boot-1');
});

test('learnReserved() asks again for what is too old, of another boot, or of no use', async () => {
  for (const known of [
    OLD,
    { ...OLD, boot: 'boot-0', since: Date.now() },
    { ...OLD, since: Date.now(), reserved: [] },
  ]) {
    using node = makeNode();
    await node.seed(remembering(known));
    const ec2 = new Ec2(reservation('10.10.0.64/26'));
    assert.deepEqual(await ec2.learn(node.start()), blocks('10.10.0.64/26'));
    assert.equal(ec2.questions, 1);
  }
});

test('learnReserved() answers what is there, of use or not', async () => {
  using node = makeNode();
  const ec2 = new Ec2();
  for (let tries = 1; tries <= 2; tries++) {
    assert.deepEqual(await ec2.learn(node.start()), []);
    assert.equal(ec2.questions, tries, 'somebody may reserve at any time');
  }
});

for (const trouble of ['transient', 'not-now', 'denied', 'rejected'] as const) {
  test(`learnReserved() goes on with what is remembered when EC2 answers ${trouble}, and spares it for a minute`, async () => {
    using node = makeNode();
    await node.seed(remembering(OLD));
    const ec2 = new Ec2();
    ec2.trouble = trouble;
    const world = new FakeWorld();
    assert.deepEqual(await ec2.learn(node.start(world)), OLD.reserved);
    assert.ok(world.elapsed() <= 3100, `${world.elapsed()} ms`);
    assert.match(world.stderr, /going on with what a subnet reserved/);
    const { questions } = ec2;
    assert.deepEqual(await ec2.learn(node.start()), OLD.reserved);
    assert.equal(ec2.questions, questions);
  });
}

test('learnReserved() tries again until the deadline where nothing is remembered', async () => {
  using node = makeNode();
  const ec2 = new Ec2(reservation('10.10.0.64/26'));
  ec2.trouble = 'not-now';
  ec2.lasts = 3;
  assert.deepEqual(await ec2.learn(node.start()), blocks('10.10.0.64/26'));
  assert.equal(ec2.questions, 4);

  using other = makeNode();
  const down = new Ec2();
  down.trouble = 'transient';
  const world = new FakeWorld();
  await assert.rejects(down.learn(other.start(world, 30)), {
    kind: 'try-again',
    message: `cannot learn what ${REF.subnet} reserves: GetSubnetCidrReservations: Code: no`,
  });
  assert.ok(down.questions > 4 && world.elapsed() <= 30_000, `${down.questions} in ${world.elapsed()} ms`);
});

test('learnReserved() is denied at once where nothing is remembered, or nothing of use', async () => {
  for (const state of [EMPTY, remembering({ ...OLD, reserved: [] })]) {
    using node = makeNode();
    await node.seed(state);
    const ec2 = new Ec2();
    ec2.trouble = 'denied';
    await assert.rejects(ec2.learn(node.start()), { kind: 'denied' });
    assert.equal(ec2.questions, 1);
  }
});
