/** One run of the model: a node to which things happen, and at the end of which everything is cleared up. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { allReservations } from '../../src/state.ts';
import { checkInvariants } from './invariants.ts';
import { Ledger } from './ledger.ts';
import { ENI, Node } from './node.ts';
import { type Command, del } from './pod-commands.ts';

/** How many empty prefixes the networks keep in all. */
const SPARE = 1;

/** Checks the invariants after each command, and that nothing is left when all has come to its end. */
export async function play(commands: Iterable<Command>, seed = 1): Promise<void> {
  await using node = await Node.start(seed);
  const ledger = new Ledger();
  await fc.asyncModelRun(() => ({ model: ledger, real: node }), commands);
  await clearUp(ledger, node);
}

/** Every call lands, every pod goes, every fault strikes: what is left then belongs to other people. */
async function clearUp(ledger: Ledger, node: Node): Promise<void> {
  node.lateness.clear();
  await node.time.pass(61_000);
  checkInvariants(ledger, node);
  for (const entry of ledger.entries) {
    entry.answered = [];
    while (!(await del(entry, ledger, node))) checkInvariants(ledger, node);
  }
  // The last addresses cool, and then no prefix is needed but those to spare.
  await node.time.pass(61_000);
  for (let isDone = false; !isDone; ) {
    const outcome = await node.reconcile();
    checkInvariants(ledger, node);
    isDone =
      outcome.kind === 'done' &&
      outcome.value.every(({ action, result }) => action === 'report' && result === 'found');
  }
  assert.deepEqual(allReservations(node.state()), []);
  const { delegations } = node.state();
  assert.ok(delegations.every(({ state }) => state === 'assigned'));
  assert.ok(delegations.length <= SPARE, 'no more prefixes than are to spare');
  const held = [...node.aws.addresses(ENI), ...node.aws.prefixes(ENI)];
  const explained = [...ledger.planted, ...delegations.map(({ address }) => address)];
  assert.deepEqual(held.toSorted(), explained.toSorted());
}
