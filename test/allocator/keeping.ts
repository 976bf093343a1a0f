/** A cluster of nodes that share one range, in which pods come and go: how often does one keep its address? */
import type { Claim } from '../../src/allocator/claim.ts';
import { planAdd } from '../../src/allocator/plan.ts';
import { planRelease } from '../../src/allocator/release.ts';
import { fitToSubnet, type UsableSet } from '../../src/allocator/subnet.ts';
import type { Eni, State } from '../../src/model.ts';
import { addMarks, allReservations, mapReservations, pruneExpired } from '../../src/state.ts';
import { Random } from '../aws/random.ts';
import { attachment, claim, EMPTY, ENI, NOW, rangeSets } from './claims.ts';

const NODES = 20;
/** What the range has: 10.10.0.16 to 10.10.0.215. */
const ADDRESSES = 200;
const STEP_MS = 1000;
const FOREIGN_MS = 5 * 60_000;
const DAY_MS = 86_400_000;

interface Place {
  readonly node: number;
  readonly address: string;
}

/** Nodes with a state each, and EC2, which gives an address to one ENI only. */
export class Cluster {
  readonly pods = new Map<string, Place>();
  readonly random: Random;
  readonly #states = new Map<number, State>();
  readonly #holders = new Map<string, number>();
  readonly #sets: readonly UsableSet[];
  readonly #enis: readonly Eni[];
  #now = NOW;
  #strangers = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.#enis = Array.from({ length: NODES }, (_, node) => ({
      ...ENI,
      id: `eni-${node}`,
      primary: `10.10.0.${220 + node}`,
    }));
    this.#sets = fitToSubnet(
      rangeSets([{ subnet: '10.10.0.0/24', rangeStart: '10.10.0.16', rangeEnd: '10.10.0.215' }]),
      ENI,
    );
  }

  /** Fills the range to the share with pods whose names stay: `db-0`, `db-1` and so on. */
  fill(share: number): void {
    while (this.pods.size < ADDRESSES * share) this.add(`db-${this.pods.size}`);
  }

  /** The pod starts on some node; answers its address. */
  add(pod: string): string {
    const node = this.random.below(NODES);
    const eni = this.#enis[node] ?? ENI;
    const claimed: Claim = claim(pod, {
      sets: this.#sets,
      eni,
      stickyMs: DAY_MS,
      cooldownMs: 30_000,
      pod: { namespace: 'shop', name: pod, uid: pod },
    });
    let state = pruneExpired(this.#states.get(node) ?? EMPTY, this.#now);
    for (;;) {
      const now = (this.#now += STEP_MS);
      const plan = planAdd(state, claimed, now);
      if (plan.value.kind === 'refused') throw plan.value.failure;
      state = this.#askEc2(plan.state, node, eni, now);
      const own = allReservations(state).find((one) => one.container === pod && one.state === 'assigned');
      if (!own) continue;
      this.#states.set(node, state);
      this.#holders.set(own.address, node);
      this.pods.set(pod, { node, address: own.address });
      return own.address;
    }
  }

  /** The pod ends; answers the address that it had. */
  remove(pod: string): string {
    const { node, address } = this.pods.get(pod) ?? { node: 0, address: '' };
    const released = planRelease(this.#states.get(node) ?? EMPTY, attachment(pod), (this.#now += STEP_MS));
    this.#states.set(
      node,
      mapReservations(released, (one) => (one.state === 'releasing' ? undefined : one)),
    );
    this.#holders.delete(address);
    this.pods.delete(pod);
    return address;
  }

  /** A quarter of an hour in which nothing happens. */
  rest(): void {
    this.#now += 15 * 60_000;
  }

  /** Another pod of a name that never was before and never comes again. */
  addStranger(): string {
    const name = `web-${this.#strangers++}`;
    this.add(name);
    return name;
  }

  drawPod(): string {
    const names = [...this.pods.keys()];
    return names[this.random.below(names.length)] ?? '';
  }

  podsOn(node: number): readonly string[] {
    return [...this.pods].flatMap(([pod, place]) => (place.node === node ? [pod] : []));
  }

  /** One refusal tells who holds what in the whole subnet. */
  #askEc2(state: State, node: number, eni: Eni, now: number): State {
    let isRefused = false;
    const answered = mapReservations(state, (one) => {
      if (one.state !== 'assigning') return one;
      const holder = this.#holders.get(one.address);
      if (holder === undefined || holder === node) return { ...one, state: 'assigned' };
      isRefused = true;
      const verdict = { kind: 'address-taken', message: 'another ENI holds it' } as const;
      return { ...one, state: 'refused', since: now, verdict };
    });
    if (!isRefused) return answered;
    const elsewhere = [...this.#holders].filter(([, holder]) => holder !== node);
    const foreign = { scope: eni.subnet, reason: 'foreign', since: now, until: now + FOREIGN_MS } as const;
    return addMarks(
      answered,
      elsewhere.map(([address]) => ({ ...foreign, address })),
    );
  }
}

/** What may happen to the cluster; each answers of how many pods that came back how many kept their address. */
export const HAPPENINGS: Readonly<Record<string, (cluster: Cluster) => readonly boolean[]>> = {
  'one pod after the other moves to another node': (cluster) =>
    Array.from({ length: 400 }, () => moveAll(cluster, [cluster.drawPod()])).flat(),
  'a node is drained, its pods come back on others in any order': (cluster) =>
    Array.from({ length: 150 }, () => moveAll(cluster, cluster.podsOn(cluster.random.below(NODES)))).flat(),
  'a pod moves, and meanwhile a pod of a new name comes, and goes again': (cluster) =>
    Array.from({ length: 400 }, () => {
      cluster.rest();
      const pod = cluster.drawPod();
      const before = cluster.remove(pod);
      const stranger = cluster.addStranger();
      const isKept = cluster.add(pod) === before;
      cluster.remove(stranger);
      return isKept;
    }),
  'all pods stop, and come back in any order': (cluster) =>
    Array.from({ length: 5 }, () => moveAll(cluster, [...cluster.pods.keys()])).flat(),
};

function moveAll(cluster: Cluster, pods: readonly string[]): readonly boolean[] {
  cluster.rest();
  const before = new Map(pods.map((pod) => [pod, cluster.remove(pod)]));
  return cluster.random.shuffled(pods).map((pod) => cluster.add(pod) === before.get(pod));
}
