/** What is told and remembered of what EC2 answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudError, type CloudErrorKind } from '../../src/eni/cloud.ts';
import { appeared, begun, gone, held } from '../../src/float/floating.ts';
import type { Mover } from '../../src/float/mover.ts';
import { openRegister, type Register } from '../../src/float/register.ts';
import { type Destination, openTasks } from '../../src/float/tasks.ts';
import { FakeWorld } from '../eni/fake-world.ts';

const [A, B] = ['10.10.1.98', '10.10.1.99'];
const OURS = 'eni-0a';
const eni = { id: OURS, region: 'eu-central-1', subnet: 'subnet-1', cidrs: ['10.10.1.0/24'] };

type Told = Readonly<Record<string, unknown>> & { readonly event: string };

function open(mover: Partial<Mover>) {
  const world = new FakeWorld();
  const told: Told[] = [];
  const tell: Destination['tell'] = (event, fields = {}) => void told.push({ event, ...fields });
  const register = openRegister([A, B]);
  const none = () => Promise.reject(new Error('not expected'));
  const whole: Mover = {
    reassignIpv4: none,
    assignIpv6: none,
    unassignIpv6: none,
    holdersOf: () => Promise.resolve(new Map()),
    ...mover,
  };
  const tasks = openTasks({ addresses: [A, B], eni, mover: whole, tell, world }, register);
  return { world, told, register, tasks };
}

/** As if it had come at 1000, and its task begun. */
const begin = (register: Register, address: string): void =>
  register.change(address, (one) => begun(appeared(one, 1000)));

test('take() tells the time since the notice, and EC2’s part of it', async () => {
  const { world, told, register, tasks } = open({
    reassignIpv4: async () => {
      await world.sleep(90);
      return 'request-1';
    },
  });
  await world.sleep(1010);
  begin(register, A);
  await tasks.take([A]);
  assert.deepEqual(told, [
    { event: 'taken', address: A, eni: OURS, ms: 100, ec2Ms: 90, request: 'request-1' },
  ]);
  assert.equal(register.get(A).next?.task, 'look');
});

test('take() is tried again soon after what may pass, and seldom after what people must mend', async () => {
  const kinds: Readonly<Record<CloudErrorKind, [event: string, least: number, most: number]>> = {
    transient: ['retrying', 50, 150],
    'not-now': ['retrying', 50, 150],
    denied: ['refused', 15_000, 45_000],
    'eni-gone': ['refused', 15_000, 45_000],
    'eni-full': ['refused', 15_000, 45_000],
    'not-assigned': ['refused', 15_000, 45_000],
    taken: ['refused', 15_000, 45_000],
    rejected: ['refused', 15_000, 45_000],
  };
  for (const [kind, [event, least, most]] of Object.entries(kinds) as [
    CloudErrorKind,
    [string, number, number],
  ][]) {
    const { told, register, tasks } = open({
      reassignIpv4: () => Promise.reject(new CloudError(kind, 'Code', kind)),
    });
    begin(register, A);
    await tasks.take([A]);
    const [line] = told;
    assert.equal(line?.event, event, kind);
    assert.ok(
      Number(line['inMs']) >= least && Number(line['inMs']) <= most,
      `${kind}: ${String(line['inMs'])}`,
    );
  }
});

test('take() tells no time to what went meanwhile', async () => {
  const { told, register, tasks } = open({
    reassignIpv4: async () => {
      register.change(A, gone);
      return undefined;
    },
  });
  begin(register, A);
  await tasks.take([A]);
  assert.deepEqual(told, [{ event: 'taken', address: A, eni: OURS, ec2Ms: 0 }]);
  assert.equal(register.get(A).next, undefined);
});

test('look() takes EC2’s silence for no news', async () => {
  const { told, register, tasks } = open({
    holdersOf: () => Promise.reject(new CloudError('denied', 'Code', 'denied')),
  });
  begin(register, A);
  await tasks.look([A]);
  assert.deepEqual(told, []);
  assert.equal(register.get(A).next?.task, 'look');
});

test('stayReady() tells of what another ENI has and the interface, too, and takes nothing', async () => {
  const stop = new AbortController();
  let asked = 0;
  const { told, register, tasks } = open({
    holdersOf: async () => {
      asked += 1;
      if (asked === 2) stop.abort();
      return new Map([
        [A, 'eni-0b'],
        [B, 'eni-0b'],
      ]);
    },
  });
  register.change(A, (one) => {
    const { next: _done, ...settled } = held(begun(appeared(one, 0)), 0);
    return settled;
  });
  await tasks.stayReady(stop.signal);
  const line = { event: 'lost', address: A, eni: OURS, to: 'eni-0b' };
  assert.deepEqual(told, [line, line]);
  assert.equal(asked, 2);
  assert.equal(register.get(A).next, undefined);
});
