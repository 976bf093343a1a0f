/** Two live attachments never hold one address: any sequence of events, two networks on one subnet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Claim } from '../../src/allocator/claim.ts';
import { planAdd } from '../../src/allocator/plan.ts';
import { planRelease, traces } from '../../src/allocator/release.ts';
import { retire } from '../../src/allocator/retire.ts';
import type { Attachment, Reservation, State } from '../../src/model.ts';
import { addMarks, allReservations, mapReservations, reservationsOf, scopeOf } from '../../src/state.ts';
import { address as parsed } from '../net/literals.ts';
import { attachment, claim, EMPTY, ENI, mark, NOW, pod, spansOnEni, subnets } from './claims.ts';

/** Two networks whose ranges overlap on the ENI's subnet, of which one is sticky, and one without an ENI. */
const networks: Record<string, Partial<Claim>> = {
  pods: { eni: ENI, sets: spansOnEni('80-84') },
  sticky: { eni: ENI, sets: spansOnEni('82-86'), stickyMs: 100_000, reassign: 'stale' },
  other: { eni: ENI, sets: spansOnEni('83-87') },
  local: { sets: subnets('10.10.0.0/29'), stickyMs: 100_000 },
};

/** An address of the network `other` that belongs to one of its pods. */
const FIXED = '10.10.0.85';
const OWNER = 'a';

const fixedFor = (network: string, podId: string): Partial<Claim> => {
  if (network !== 'other') return {};
  return podId === OWNER
    ? { fixed: new Map([[0, [parsed(FIXED)]]]) }
    : { fixedForOthers: new Map([[FIXED, `shop/${OWNER}-0`]]) };
};

/** Two containers each of five pods: the second one is the pod come back with a new sandbox. */
const arbitraryContainer = fc
  .tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('1', '2'))
  .map((parts) => parts.join(''));

type Event =
  | { readonly kind: 'add' | 'del'; readonly network: string; readonly container: string }
  | { readonly kind: 'die'; readonly container: string }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'answer'; readonly refusals: readonly boolean[] }
  | { readonly kind: 'retire' };

const arbitraryEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: event('add') },
  { weight: 3, arbitrary: event('del') },
  { weight: 1, arbitrary: arbitraryContainer.map((container) => ({ kind: 'die', container }) as const) },
  { weight: 1, arbitrary: fc.nat(200_000).map((milliseconds) => ({ kind: 'wait', milliseconds }) as const) },
  {
    weight: 4,
    arbitrary: fc
      .array(fc.boolean(), { maxLength: 5 })
      .map((refusals) => ({ kind: 'answer', refusals }) as const),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'retire' } as const) },
);

function event(kind: 'add' | 'del'): fc.Arbitrary<Event> {
  return fc
    .tuple(fc.constantFrom(...Object.keys(networks)), arbitraryContainer)
    .map(([network, container]) => ({ kind, network, container }));
}

/** A node through which events go; it knows what live attachments were told. */
class Node {
  state: State = EMPTY;
  #now = NOW;
  readonly #dead = new Set<string>();
  readonly #told = new Map<string, readonly Reservation[]>();

  apply(happening: Event): void {
    switch (happening.kind) {
      case 'add':
        return this.#add(happening.network, happening.container);
      case 'del': {
        const of = attachment(happening.container, happening.network);
        this.#told.delete(key(of));
        this.state = planRelease(this.state, of, this.#now);
        return;
      }
      case 'die':
        this.#dead.add(happening.container);
        for (const network of Object.keys(networks))
          this.#told.delete(key(attachment(happening.container, network)));
        return;
      case 'wait':
        this.#now += happening.milliseconds;
        return;
      case 'answer':
        this.#answer(happening.refusals);
        return;
      case 'retire':
        this.state = retire(this.state, { now: this.#now, isGone: this.#isGone, concerns: () => true });
    }
  }

  /** Every address that is in somebody's hands, with the scope in which it must be so once. */
  holdings(): readonly string[] {
    return allReservations(this.state)
      .filter(({ state }) => state !== 'refused')
      .map(({ network, eni, address }) => `${scopeOf(network, eni)} ${address}`);
  }

  /** What live attachments were told and the state no longer says. */
  broken(): readonly Reservation[] {
    return [...this.#told.values()]
      .flat()
      .filter(
        (told) =>
          !reservationsOf(this.state, told).some(
            ({ address, state }) => address === told.address && state === 'assigned',
          ),
      );
  }

  #add(network: string, container: string): void {
    if (this.#dead.has(container)) return;
    const { state, value } = planAdd(
      this.state,
      claim(container, {
        ...networks[network],
        ...fixedFor(network, container.slice(0, 1)),
        attachment: attachment(container, network),
        pod: pod(container.slice(0, 1)),
        cooldownMs: 30_000,
        deadline: this.#now + 30_000,
        isGone: this.#isGone,
      }),
      this.#now,
    );
    this.state = state;
    if (value.kind === 'held') this.#told.set(key(attachment(container, network)), value.reservations);
  }

  /** EC2 takes off what is to go, and gives or refuses what is wanted. */
  #answer(refusals: readonly boolean[]): void {
    const now = this.#now;
    let place = 0;
    const left = allReservations(this.state).flatMap((one) =>
      one.state === 'releasing' ? traces(one, now) : [],
    );
    const foreign = allReservations(this.state).flatMap((one) =>
      one.state === 'assigning' && refusals[place++ % 5] ? one.address : [],
    );
    const answered = mapReservations(this.state, (one) => {
      if (one.state === 'releasing') return undefined;
      if (one.state !== 'assigning') return one;
      const verdict = { kind: 'address-taken', message: 'another ENI has it' } as const;
      return foreign.includes(one.address)
        ? { ...one, state: 'refused', verdict }
        : { ...one, state: 'assigned' };
    });
    const until = now + 300_000;
    const marks = foreign.map((address) => mark(address, { reason: 'foreign', since: now, until }));
    this.state = addMarks(answered, [...left, ...marks]);
  }

  readonly #isGone = ({ container }: Reservation): boolean => this.#dead.has(container);
}

const key = ({ network, container }: Attachment): string => `${network}/${container}`;

test('planAdd() and planRelease() never give one address to two live attachments', () => {
  fc.assert(
    fc.property(fc.array(arbitraryEvent, { maxLength: 60 }), (events) => {
      const node = new Node();
      for (const happening of events) {
        node.apply(happening);
        const holdings = node.holdings();
        assert.equal(new Set(holdings).size, holdings.length, `${happening.kind}: ${holdings.join(', ')}`);
        assert.deepEqual(node.broken(), []);
      }
    }),
    { numRuns: 300 },
  );
});

test('planAdd() gives an address only to those networks whose ranges have it', () => {
  const placesOf: Record<string, RegExp> = {
    pods: /^10\.10\.0\.8[0-4]$/,
    sticky: /^10\.10\.0\.8[2-6]$/,
    other: /^10\.10\.0\.8[3-7]$/,
    local: /^10\.10\.0\.[2-6]$/,
  };
  fc.assert(
    fc.property(fc.array(arbitraryEvent, { maxLength: 40 }), (events) => {
      const node = new Node();
      for (const happening of events) node.apply(happening);
      for (const { network, address: text } of allReservations(node.state))
        assert.match(text, placesOf[network] ?? /^$/);
    }),
  );
});

test('planAdd() gives a fixed address to its pod alone on the network that lists it, and no other to that pod', () => {
  fc.assert(
    fc.property(fc.array(arbitraryEvent, { maxLength: 60 }), (events) => {
      const node = new Node();
      for (const happening of events) node.apply(happening);
      for (const { network, address: text, pod: owner } of allReservations(node.state)) {
        if (network === 'other')
          assert.equal(text === FIXED, owner?.uid === OWNER, `${owner?.uid} has ${text}`);
      }
    }),
  );
});

test('bindings are at most one for an address and one for an interface of a pod, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(arbitraryEvent, { maxLength: 60 }), (events) => {
      const node = new Node();
      for (const happening of events) node.apply(happening);
      const places = node.state.bindings.map(({ scope, address: text }) => `${scope} ${text}`);
      const owners = node.state.bindings.map(
        (one) => `${one.network} ${one.pod} ${one.interface} ${one.set}`,
      );
      for (const keys of [places, owners]) assert.equal(new Set(keys).size, keys.length, keys.join(', '));
    }),
  );
});
