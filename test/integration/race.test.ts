/** Processes race while their locks are taken away from them: nothing but link(2) keeps order. */
import assert from 'node:assert/strict';
import { readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Mark } from '../../src/model.ts';
import { ENI, RANGE, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { Node, type StoredReservation } from './node.ts';

const interfaces = makeInterfaces();

/** As many as {@link RANGE} has addresses, in two halves. */
const PODS = 10;

/** Removes whatever lock appears in the directory, until it is disposed of. */
class LockThief implements AsyncDisposable {
  readonly #directory: string;
  readonly #work: Promise<void>;
  #isStopped = false;
  /** How many locks it took of the store, and how many of an ENI. */
  readonly stolen = { store: 0, eni: 0 };

  constructor(directory: string) {
    this.#directory = directory;
    this.#work = this.#steal();
  }

  async #steal(): Promise<void> {
    while (!this.#isStopped) {
      for (const name of readdirSync(this.#directory)) if (name.endsWith('.lock')) this.#take(name);
      await nextTurn();
    }
  }

  #take(name: string): void {
    try {
      rmdirSync(join(this.#directory, name));
      this.stolen[name.startsWith('eni-') ? 'eni' : 'store'] += 1;
    } catch {
      // Its holder was faster.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await this.#work;
  }
}

const containers = (name: string): readonly string[] =>
  Array.from({ length: PODS }, (_, index) => `${name}${index}`);

async function addAll(node: Node, names: readonly string[]): Promise<readonly string[]> {
  const addresses = await Promise.all(names.map((name) => node.add(name)));
  return addresses.flat().sort();
}

async function delAll(node: Node, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => node.del(name)));
}

const recorded = (
  node: Node,
  isCounted: (one: StoredReservation) => boolean = () => true,
): readonly string[] =>
  node
    .reservations()
    .filter(isCounted)
    .map(({ address }) => address)
    .sort();

/** Addresses that a call was made for in vain: whoever finds one on the ENI takes it off. */
const asked = (node: Node): readonly string[] =>
  (node.document().marks as readonly Mark[]).flatMap(({ reason, address }) =>
    reason === 'asked' ? address : [],
  );

/** Pods come and go at the same time; `held` tells what is in the VPC at any moment. */
async function churn(node: Node, held: () => readonly string[]): Promise<void> {
  const checkAnswers = (answers: readonly string[]): void => {
    assert.equal(new Set(answers).size, PODS, 'none twice');
    const assigned = recorded(node, ({ state }) => state === 'assigned');
    assert.deepEqual(assigned, answers, 'every ADD that was answered is on record, and nothing else');
    const inVpc = new Set(held());
    assert.deepEqual(
      answers.filter((address) => !inVpc.has(address)),
      [],
      'none lost',
    );
    assert.deepEqual(forgotten(), [], 'none forgotten');
  };
  const forgotten = (): readonly string[] => {
    const known = new Set([...recorded(node), ...asked(node)]);
    return held().filter((address) => !known.has(address));
  };
  const early = containers('early');
  const late = containers('late');
  checkAnswers(await addAll(node, early));
  const [answers] = await Promise.all([addAll(node, late), delAll(node, early)]);
  checkAnswers(answers);
  await delAll(node, late);
  assert.deepEqual(recorded(node), [], 'nothing is left');
  assert.deepEqual(forgotten(), [], 'none forgotten');
}

test('without their locks, concurrent ADD and DEL lose no address and give none twice', async () => {
  using node = new Node({ ipam: { ranges: [[RANGE]], eni: { assign: false } } });
  await using thief = new LockThief(node.dataDir);
  for (let round = 0; round < 2; round++) await churn(node, () => recorded(node));
  assert.ok(thief.stolen.store > 0, 'there were locks to take');
});

test('without their locks, concurrent ADD and DEL leave on the ENI what live pods have, and nothing else', async () => {
  await using host = await startHost(interfaces);
  // So long that whoever leads at the ENI has its lock taken away in the middle of the call.
  host.aws.latency(50);
  await using thief = new LockThief(host.node.dataDir);
  await churn(host.node, () => host.aws.addresses(ENI));
  assert.ok(thief.stolen.store > 0 && thief.stolen.eni > 0, 'there were locks to take');
  assert.ok(host.aws.journal().every(({ allowReassignment }) => !allowReassignment));
});
