/** What is never allowed to happen (spec, section 4), held against the emulator after every command. */
import assert from 'node:assert/strict';
import type { State } from '../../src/model.ts';
import { allReservations, reservationsOf, scopeOf } from '../../src/state.ts';
import { isOnEni, type Ledger } from './ledger.ts';
import { isOf, NETWORKS, type NetworkName } from './networks.ts';
import { ENI, type Node } from './node.ts';
import { checkTransitions } from './transitions.ts';

export function checkInvariants(ledger: Ledger, node: Node): void {
  const state = node.state();
  const commits = node.takeCommits();
  checkDeeds(ledger, node, commits);
  checkUnique(ledger, state);
  checkHeld(ledger, node, state);
  checkExplained(ledger, node, state);
  for (const [index, next] of commits.slice(1).entries())
    checkTransitions(commits[index] ?? next, next, (container) => !node.hasSandbox(container));
  checkCarried(state);
}

/** 4.1: two live attachments never hold one address, and no two records either. */
function checkUnique(ledger: Ledger, state: State): void {
  const told = ledger
    .promises()
    .map(({ entry, address }) => `${isOnEni(entry) ? 'ENI' : entry.attachment.network} ${address}`);
  assertNoneTwice(told, 'of what live attachments were told');
  const recorded = allReservations(state)
    .filter(({ state: stage }) => stage !== 'refused')
    .map(({ network, eni, address }) => `${scopeOf(network, eni)} ${address}`);
  assertNoneTwice(recorded, 'of what is on record');
}

function assertNoneTwice(items: readonly string[], where: string): void {
  const twice = items.filter((item, index) => items.indexOf(item) !== index);
  assert.deepEqual(twice, [], `twice, ${where}`);
}

/** Who has an address of a prefix has it by a prefix that is on record, and no prefix is there twice. */
function checkCarried(state: State): void {
  assertNoneTwice(
    state.delegations.map(({ address }) => address),
    'of prefixes on record',
  );
  for (const { address, prefix, state: stage, network } of allReservations(state)) {
    if (prefix === undefined) continue;
    assert.ok(
      NETWORKS[network as NetworkName].isInPrefixes && isOf(prefix, address),
      `${address}, ${prefix}`,
    );
    assert.ok(stage === 'assigned' || stage === 'assigning' || stage === 'refused', `${address} is ${stage}`);
  }
}

/** What an ADD answered is on record and on the ENI until a DEL, unless somebody else took it (4.4). */
function checkHeld(ledger: Ledger, node: Node, state: State): void {
  for (const { entry, address } of ledger.promises()) {
    const who = `of ${entry.attachment.container} on ${entry.attachment.network}`;
    const record = reservationsOf(state, entry.attachment).find((one) => one.address === address);
    assert.equal(record?.state, 'assigned', `the record ${who} for ${address}`);
    if (!isOnEni(entry) || ledger.isStolen(record?.prefix ?? address)) continue;
    assert.ok(node.holds(ENI, address), `${address} ${who} is not on the ENI`);
    assert.ok(!ledger.isPlanted(address), `${address} ${who} is somebody else’s`);
    if (record?.prefix) assert.ok(node.aws.prefixes(ENI).includes(record.prefix), `${record.prefix} ${who}`);
  }
}

/** 4.3: whatever is on the ENI, somebody will take it off: it has a record, or we know that we asked for it. */
function checkExplained({ planted }: Ledger, { aws, time }: Node, state: State): void {
  const explained = new Set([
    ...planted,
    ...[...allReservations(state), ...state.delegations].flatMap(({ eni, address }) =>
      eni?.id === ENI ? address : [],
    ),
    ...state.marks.flatMap(({ eni, reason, address, until }) =>
      eni === ENI && reason === 'asked' && until > time.now ? address : [],
    ),
  ]);
  const held = [...aws.addresses(ENI), ...aws.prefixes(ENI)];
  const unexplained = held.filter((address) => !explained.has(address));
  assert.deepEqual(unexplained, [], 'on the ENI, and nothing explains it');
}

/**
 * 4.2 and 4.5: nobody else's address was touched, and no call asked for more. What left the other ENI was
 * some pod's own, and that ENI was attached to nothing.
 */
function checkDeeds(
  { planted, stolen, isOtherDetached }: Ledger,
  { aws }: Node,
  commits: readonly State[],
): void {
  const own = new Set(
    commits.flatMap((state) =>
      allReservations(state).flatMap(({ address, reassign }) => (reassign === 'stale' ? address : [])),
    ),
  );
  for (const { cause, eniId, lost, gained } of aws.mutations()) {
    if (cause === 'manual') continue;
    for (const address of gained) stolen.delete(address);
    if (eniId !== ENI) {
      assert.ok(isOtherDetached && gained.length === 0, 'an ENI that is in use was changed');
      assert.ok(
        lost.every((address) => own.has(address)),
        `${lost.join()} was taken over, and is no pod’s own`,
      );
      continue;
    }
    assert.deepEqual(
      lost.filter((address) => planted.has(address)),
      [],
      'somebody else’s address was taken off',
    );
  }
  assert.ok(aws.journal().every(({ allowReassignment }) => !allowReassignment));
  aws.clearJournal();
}
