/** What runtimes do: ADD, DEL and CHECK, of which any may be killed, and what becomes of sandboxes. */
import assert from 'node:assert/strict';
import type { AsyncCommand } from 'fast-check';
import type { Reservation } from '../../src/model.ts';
import { allReservations, reservationsOf } from '../../src/state.ts';
import { checkInvariants } from './invariants.ts';
import { checkKept, rememberKept } from './kept-addresses.ts';
import { type Entry, isOnEni, type Ledger } from './ledger.ts';
import { FIXED, NETWORKS, type NetworkName } from './networks.ts';
import { ENI, type Node } from './node.ts';

export type Command = AsyncCommand<Ledger, Node>;

/** What an invocation may have that differs from the usual. */
export interface Twist {
  /** Address that the pod asks for. */
  readonly wish?: string | undefined;
  /** Killed after so many steps outside of itself. */
  readonly steps?: number | undefined;
}

/** DEL lets a pod go after so long, whatever EC2 says. */
const LET_GO_MS = 5 * 60_000;

const told = ({ wish, steps }: Twist): string =>
  [wish && `, wants ${wish}`, steps !== undefined && `, killed at step ${steps}`].filter(Boolean).join('');

const recordsOf = (node: Node, { attachment }: Entry): readonly Reservation[] =>
  reservationsOf(node.state(), attachment);

export const addCommand = (network: NetworkName, pod: string, twist: Twist): Command => ({
  check: () => true,
  toString: () => `ADD ${pod} to ${network}${told(twist)}`,
  async run(ledger, node) {
    const entry = ledger.entryOf(network, pod);
    const before = recordsOf(node, entry);
    const left = before.length === 0 ? heirloomsOf(entry, node) : [];
    const heirlooms = left.filter(({ isCertain }) => isCertain).map(({ addresses }) => addresses);
    const calls = node.aws.calls();
    const kept = rememberKept(entry, node);
    const outcome = await node.add(entry.attachment, { args: argsOf(pod, twist), steps: twist.steps });
    const after = recordsOf(node, entry);
    if (outcome.kind === 'done') {
      checkAnswer(entry, outcome.value, after);
      const [heirloom] = heirlooms.length === 1 ? heirlooms : [];
      if (before.length === 0 && twist.wish) assert.ok(outcome.value.includes(twist.wish), 'it got its wish');
      if (heirloom && heirloom.includes(twist.wish ?? heirloom[0] ?? '')) {
        assert.deepEqual(outcome.value, heirloom, 'the pod keeps its address');
        assert.equal(node.aws.calls(), calls, 'which costs no call');
      }
      checkFixed(entry, outcome.value, twist);
      const isFixed = network === FIXED.network && pod === FIXED.pod;
      if (before.length === 0 && left.length === 0 && !twist.wish && !isFixed)
        checkKept(kept, entry, outcome.value, node);
      entry.answered = outcome.value;
    }
    if (outcome.kind === 'failed') {
      const had = new Set(before.map(({ address }) => address));
      const more = after.filter(({ address, state }) => state !== 'releasing' && !had.has(address));
      assert.deepEqual(more, [], 'it failed, and has no more than before');
    }
    checkInvariants(ledger, node);
  },
});

const argsOf = (pod: string, { wish }: Twist): string =>
  `IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=${pod};K8S_POD_UID=${pod}${wish ? `;IP=${wish}` : ''}`;

/** One address for each range set, all on record, and again the same if there was an answer before. */
function checkAnswer(
  { attachment, answered }: Entry,
  addresses: readonly string[],
  records: readonly Reservation[],
): void {
  const { sets } = NETWORKS[attachment.network];
  assert.equal(addresses.length, sets.length, `one address a range set: ${addresses.join()}`);
  for (const [index, set] of sets.entries())
    assert.ok(set.includes(addresses[index] ?? ''), addresses.join());
  const recorded = records.flatMap(({ address, state }) => (state === 'assigned' ? address : []));
  assert.deepEqual(recorded.toSorted(), addresses.toSorted(), 'what is answered is on record');
  if (answered.length > 0) assert.deepEqual(addresses, answered, 'again the same answer');
}

/** A fixed address is its pod's, and nobody else's; a pod may ask for another one of the range. */
function checkFixed({ attachment, pod }: Entry, addresses: readonly string[], { wish }: Twist): void {
  if (attachment.network !== FIXED.network) return;
  if (pod !== FIXED.pod) assert.ok(!addresses.includes(FIXED.address), `${FIXED.address} is fixed`);
  else if (!wish) assert.deepEqual(addresses, [FIXED.address], 'it has what is fixed for it');
}

interface Heirloom {
  readonly addresses: readonly string[];
  /** After a reboot, another node may have it where nodes take over from one another. */
  readonly isCertain: boolean;
}

/** What containers of the pod left it whole whose sandboxes are gone: the addresses of each of them. */
function heirloomsOf({ attachment, pod }: Entry, node: Node): readonly Heirloom[] {
  const { sets, takesOver } = NETWORKS[attachment.network];
  const left = allReservations(node.state())
    .filter((one) => one.network === attachment.network && one.pod?.uid === pod)
    .filter(({ container, state }) => state === 'assigned' && !node.hasSandbox(container))
    .toSorted((a, b) => a.set - b.set);
  const byContainer = Map.groupBy(left, ({ container }) => container);
  const whole = [...byContainer.values()].filter((all) => all.length === sets.length);
  return whole.map((all) => ({
    addresses: all.map(({ address }) => address),
    isCertain: !takesOver || all.every(({ boot }) => boot === node.boot),
  }));
}

/** About the attachment at that place of all that ever were. */
function about(
  place: number,
  what: string,
  run: (entry: Entry, ledger: Ledger, node: Node) => Promise<void>,
): Command {
  return {
    check: (ledger) => ledger.entries.length > 0,
    toString: () => `${what} of attachment ${place}`,
    async run(ledger, node) {
      const entry = ledger.entries[place % ledger.entries.length];
      if (entry) await run(entry, ledger, node);
      checkInvariants(ledger, node);
    },
  };
}

export const delCommand = (place: number, twist: Twist): Command =>
  about(place, `DEL${told(twist)}`, async (entry, ledger, node) => {
    entry.answered = [];
    await del(entry, ledger, node, twist);
  });

/** Whether the DEL was successful. */
export async function del(
  entry: Entry,
  { planted }: Ledger,
  node: Node,
  { steps }: Twist = {},
): Promise<boolean> {
  const before = recordsOf(node, entry);
  const underWay = new Set(node.lateness.underWay.keys());
  const calls = node.aws.calls();
  const outcome = await node.del(entry.attachment, { steps });
  if (outcome.kind === 'failed') assert.match(outcome.failure.kind, /^(try-again|denied)$/);
  if (outcome.kind !== 'done') return false;
  const left = recordsOf(node, entry);
  for (const { state, since } of left) {
    assert.equal(state, 'releasing');
    assert.ok(node.time.now - since >= LET_GO_MS, 'it was let go');
  }
  const released = before
    .filter(({ address, eni, state }) => eni && state !== 'refused' && !underWay.has(address))
    // Of an ADD that was killed before it asked EC2, somebody else may have the address on our ENI.
    .filter(({ address }) => !planted.has(address))
    .filter(({ address }) => !left.some((one) => one.address === address));
  const held = released.filter(({ address }) => node.aws.addresses(ENI).includes(address));
  assert.deepEqual(held, [], 'the ENI holds it no longer');
  if (before.length === 0) assert.equal(node.aws.calls(), calls, 'nothing to do, and no call');
  return true;
}

export const checkCommand = (place: number): Command =>
  about(place, 'CHECK', async (entry, _, node) => {
    const believed = entry.answered;
    const outcome = await node.check(entry.attachment, { believed });
    const isFine =
      believed.length > 0 && believed.every((address) => !isOnEni(entry) || node.holds(ENI, address));
    if (outcome.kind === 'done') assert.ok(isFine, 'CHECK found nothing');
    if (outcome.kind !== 'failed') return;
    if (outcome.failure.kind === 'check-failed') assert.ok(!isFine, outcome.failure.message);
    else assert.match(outcome.failure.kind, /^(try-again|denied)$/);
  });

export const vanishCommand = (place: number): Command =>
  about(place, 'end of the sandbox', async ({ attachment }, ledger, node) => {
    node.removeSandbox(attachment.container);
    ledger.bury(attachment.container);
  });

export const renewCommand = (pod: string): Command => ({
  check: () => true,
  toString: () => `another container for ${pod}`,
  async run(ledger) {
    ledger.renew(pod);
  },
});

export const rebootCommand = (): Command => ({
  check: () => true,
  toString: () => 'reboot',
  async run(ledger, node) {
    node.reboot();
    for (const { attachment } of ledger.entries) ledger.bury(attachment.container);
  },
});
