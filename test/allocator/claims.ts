/** What tests of allocation begin with: an ENI, ranges, claims, reservations and states. */
import type { Claim } from '../../src/allocator/claim.ts';
import { fitToSubnet, type UsableSet, wholeSets } from '../../src/allocator/subnet.ts';
import { type RangeSet, readRangeSets } from '../../src/config/ranges.ts';
import type { RangeInput } from '../../src/config/schema.ts';
import type {
  Attachment,
  Binding,
  Delegation,
  Eni,
  EniRef,
  Mark,
  Pod,
  Reservation,
  Reservations,
  State,
} from '../../src/model.ts';
import { inBlocks } from '../../src/reservations.ts';
import { allReservations } from '../../src/state.ts';
import { printBlock, writtenBlock } from '../../src/store/reservation-blocks.ts';

/** A moment: nothing in the pure layers knows another clock. */
export const NOW = 1_800_000_000_000;

/** The ENI behind the second interface of the node that `test/aws` seeds. */
export const REF: EniRef = {
  id: 'eni-00000000000000002',
  region: 'eu-central-1',
  subnet: 'subnet-00000000000000001',
  mac: '02:00:00:00:00:02',
};
/** The CIDRs of its subnet. */
export const CIDR = '10.10.0.0/24';
export const CIDR6 = '2600:1f14:abc:1200::/64';

export const PRIMARY = '10.10.0.5';
export const ENI: Eni = { ...REF, cidrs: [CIDR], primary: PRIMARY };
export const DUAL_ENI: Eni = { ...ENI, cidrs: [CIDR, CIDR6] };

export const EMPTY: State = {
  reservations: [],
  delegations: [],
  marks: [],
  cursors: {},
  networks: {},
  enis: {},
  subnets: {},
  limits: [],
  bindings: [],
};

export const stateOf = (reservations: readonly Reservation[], marks: readonly Mark[] = []): State => ({
  ...EMPTY,
  reservations: written(reservations),
  marks,
});

/**
 * Reservations as they lie on disk, but each in a block of its own: whoever looks into too few blocks misses one.
 */
export const written = (reservations: readonly Reservation[]): Reservations =>
  reservations.flatMap((one) => inBlocks([one]).map((block) => writtenBlock(printBlock(block))));

/** A state as the next process finds it. */
export const reread = (state: State): State => ({
  ...state,
  reservations: written(allReservations(state)),
});

/** A state with its reservations as a list, to be compared. */
export const opened = (state: State) => ({ ...state, reservations: allReservations(state) });

/** Range sets as a configuration has them. */
export const rangeSets = (...sets: (readonly RangeInput[])[]): readonly RangeSet[] =>
  readRangeSets([{ path: 'ipam.ranges', sets }]);

/** One range set of whole subnets, without an ENI. */
export const subnets = (...cidrs: readonly string[]): readonly UsableSet[] =>
  wholeSets(rangeSets(cidrs.map((subnet) => ({ subnet }))));

/** Sets of one span each inside the ENI's subnet, such as `80-89`. */
export const spansOnEni = (...spans: readonly string[]): readonly UsableSet[] =>
  fitToSubnet(
    rangeSets(
      ...spans.map((span) => {
        const [first = '', last = first] = span.split('-');
        return [{ subnet: CIDR, rangeStart: `10.10.0.${first}`, rangeEnd: `10.10.0.${last}` }];
      }),
    ),
    ENI,
  );

export const attachment = (container: string, network = 'pods'): Attachment => ({
  network,
  container,
  interface: 'net1',
});

export const pod = (uid: string): Pod => ({ namespace: 'shop', name: `${uid}-0`, uid });

/** A claim of the container without an ENI, but for what is given. */
export const claim = (container: string, given: Partial<Claim> = {}): Claim => ({
  attachment: attachment(container),
  sets: subnets('10.10.0.0/24'),
  requested: new Map(),
  fixed: new Map(),
  fixedForOthers: new Map(),
  stickyMs: 0,
  reassign: 'never',
  order: 'sequential',
  cooldownMs: 0,
  boot: 'boot-1',
  since: NOW,
  deadline: NOW + 30_000,
  isGone: () => false,
  ...given,
});

/** A claim of the container for one address of `80-89` on the ENI, but for what is given. */
export const claimOnEni = (container: string, given: Partial<Claim> = {}): Claim =>
  claim(container, { sets: spansOnEni('80-89'), eni: ENI, ...given });

/** The container's reservation, `assigned` and without an ENI, but for what is given. */
export const reservation = (
  container: string,
  address: string,
  given: Partial<Reservation> = {},
): Reservation => ({
  ...attachment(container),
  set: 0,
  address,
  length: 24,
  gateway: '10.10.0.1',
  state: 'assigned',
  since: NOW,
  boot: 'boot-1',
  cooldown: 0,
  ...given,
});

/** The container's reservation on the ENI. */
export const onEni = (container: string, address: string, given: Partial<Reservation> = {}): Reservation =>
  reservation(container, address, { eni: REF, ...given });

/** A prefix on the ENI, `assigned` but for what is given. */
export const delegation = (address: string, given: Partial<Delegation> = {}): Delegation => ({
  network: 'pods',
  address,
  eni: REF,
  spare: 1,
  state: 'assigned',
  since: NOW,
  cooldown: 0,
  ...given,
});

/** The container's reservation in a prefix of the ENI. */
export const inPrefix = (
  container: string,
  address: string,
  prefix: string,
  given: Partial<Reservation> = {},
): Reservation => onEni(container, address, { prefix, ...given });

export const mark = (address: string, given: Partial<Mark> = {}): Mark => ({
  scope: REF.subnet,
  address,
  reason: 'released',
  since: NOW,
  until: NOW + 60_000,
  eni: REF.id,
  ...given,
});

/** What the pod's interface had last on the ENI's subnet. */
export const binding = (name: string, address: string, given: Partial<Binding> = {}): Binding => ({
  network: 'pods',
  pod: name,
  interface: 'net1',
  set: 0,
  scope: REF.subnet,
  address,
  until: NOW + 86_400_000,
  ...given,
});

/** The addresses of a state's reservations, in order. */
export const addressesOf = (state: State): readonly string[] =>
  allReservations(state).map(({ address }) => address);
