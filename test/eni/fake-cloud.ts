/** EC2 as the program calls it, by the rules of the emulator in test/aws, in this process and without a network. */

import type { Cloud, EniDescription } from '../../src/eni/cloud.ts';
import { classify } from '../../src/eni/ec2-errors.ts';
import type { EniUse } from '../../src/eni/eni-use.ts';
import type { Holding } from '../../src/eni/holdings.ts';
import type { EniRef } from '../../src/model.ts';
import { parseSpan } from '../../src/net/span.ts';
import { CIDR6, REF } from '../allocator/claims.ts';
import { assignAddresses } from '../aws/cloud/assign.ts';
import { assignIpv6Addresses } from '../aws/cloud/assign-ipv6.ts';
import { Ec2Error, ec2Error } from '../aws/cloud/ec2-error.ts';
import { findEni, findSubnet } from '../aws/cloud/find.ts';
import { setInstanceState } from '../aws/cloud/instances.ts';
import { detachEni, removeEni } from '../aws/cloud/interfaces.ts';
import { type CloudState, type Eni, enisOf, type InstanceState } from '../aws/cloud/model.ts';
import { plant } from '../aws/cloud/plant.ts';
import { assignPrefixes, ipv4Prefixes, ipv6Prefixes, unassignPrefixes } from '../aws/cloud/prefixes.ts';
import { defaultSeed } from '../aws/cloud/seed.ts';
import { unassignAddresses } from '../aws/cloud/unassign.ts';
import { unassignIpv6Addresses } from '../aws/cloud/unassign-ipv6.ts';

/** An ENI of another node in the same subnet. */
export const NEIGHBOUR = 'eni-00000000000000003';
export const NEIGHBOUR_PRIMARY = '10.10.0.6';
export const NEIGHBOUR_INSTANCE = 'i-00000000000000003';

/** `lost`: the call is carried out, and its answer never comes. */
export type Fault = 'unreachable' | 'denied' | 'lost';
export type Action = 'assign' | 'unassign' | 'describe' | 'instances';

export interface CloudSeed {
  /** What the ENI holds beside its primary address. */
  readonly own?: readonly string[];
  readonly neighbours?: readonly string[];
  readonly ipv6?: readonly string[];
  readonly neighboursIpv6?: readonly string[];
  /** It decides how many addresses an ENI may hold. */
  readonly instanceType?: string;
}

const ACTIONS: Readonly<Record<Action, string>> = {
  assign: 'AssignPrivateIpAddresses',
  unassign: 'UnassignPrivateIpAddresses',
  describe: 'DescribeNetworkInterfaces',
  instances: 'DescribeInstances',
};

const isIpv6 = ([first = '']: readonly string[]): boolean => first.includes(':');
const arePrefixes = ([first = '']: readonly string[]): boolean => first.includes('/');
const kindOf = (prefixes: readonly string[]) => (isIpv6(prefixes) ? ipv6Prefixes : ipv4Prefixes);

/** What an ENI holds beside its primary address, in both families. */
const holdingsOf = ({ secondaries, ipv6, prefixes, ipv6Prefixes: others }: Eni): readonly string[] => [
  ...secondaries,
  ...ipv6,
  ...prefixes,
  ...others,
];

export class FakeCloud implements Cloud {
  /** Every call in order: its action, and the addresses that it was about. */
  readonly calls: (readonly [Action, ...string[]])[] = [];
  /** What EC2 says when it refuses; a test may have it say less. */
  wording = (message: string): string => message;
  /** Runs within each call, before it takes effect. */
  during = async (_action: Action): Promise<void> => {};
  /** Whether instances may be hibernated. */
  hibernates = false;
  #state: CloudState;
  #shown: CloudState | undefined;
  readonly #faults = new Map<Action, { readonly fault: Fault; times: number }>();

  constructor(given: CloudSeed = {}) {
    const { own = [], neighbours = [], ipv6 = [], neighboursIpv6 = [] } = given;
    const { instanceType = 'm5.24xlarge' } = given;
    const { subnets, instances, enis } = defaultSeed();
    const other = {
      id: NEIGHBOUR,
      subnetId: REF.subnet,
      primary: NEIGHBOUR_PRIMARY,
      instanceId: NEIGHBOUR_INSTANCE,
      secondaries: neighbours,
      ipv6: neighboursIpv6,
    };
    const seed = {
      subnets: subnets.map((subnet) => ({ ...subnet, ipv6Cidr: CIDR6 })),
      instances: [...instances, { id: NEIGHBOUR_INSTANCE }].map((instance) => ({
        ...instance,
        type: instanceType,
      })),
      enis: [...enis.map((eni) => (eni.id === REF.id ? { ...eni, secondaries: own, ipv6 } : eni)), other],
    };
    this.#state = plant(seed, REF.region, 0);
  }

  /** What the ENI holds beside its primary address, in both families. */
  get own(): readonly string[] {
    const eni = this.#state.enis.get(REF.id);
    return eni ? holdingsOf(eni) : [];
  }

  count(action: Action): number {
    return this.calls.filter(([name]) => name === action).length;
  }

  /** The next so many calls of the action meet the fault. */
  fail(action: Action, fault: Fault, times = Infinity): void {
    this.#faults.set(action, { fault, times });
  }

  /** From now on, descriptions are as old as this moment. */
  lag(): void {
    this.#shown = this.#state;
  }

  /** What another ENI holds beside its primary address, in both families. */
  held(eni: string): readonly string[] {
    return holdingsOf(findEni(this.#state, eni));
  }

  /** Somebody starts or stops the neighbour's instance. */
  setNeighbour(state: InstanceState): void {
    this.#state = setInstanceState(this.#state, NEIGHBOUR_INSTANCE, state);
  }

  /** Somebody detaches the neighbour. */
  detachNeighbour(): void {
    this.#state = detachEni(this.#state, NEIGHBOUR, false);
  }

  /** Another node assigns to its ENI, at this very moment. */
  assignElsewhere(eni: string, ...addresses: readonly string[]): void {
    this.#state = arePrefixes(addresses)
      ? assignPrefixes(kindOf(addresses), this.#state, eni, addresses)
      : assignAddresses(this.#state, eni, addresses, false);
  }

  /** Another node takes something off an ENI, at this very moment. */
  takeElsewhere(eni: string, ...addresses: readonly string[]): void {
    this.#state = unassignAddresses(this.#state, eni, addresses);
  }

  /** Somebody deletes the neighbour. */
  removeNeighbour(): void {
    this.#state = removeEni(this.#state, NEIGHBOUR, false);
  }

  /** Somebody deletes the ENI. */
  removeEni(): void {
    this.#state = removeEni(this.#state, REF.id, false);
  }

  async assign(eni: EniRef, addresses: readonly string[]): Promise<void> {
    await this.#call('assign', addresses, () => {
      if (arePrefixes(addresses))
        this.#state = assignPrefixes(kindOf(addresses), this.#state, eni.id, addresses);
      else
        this.#state = isIpv6(addresses)
          ? assignIpv6Addresses(this.#state, eni.id, addresses)
          : assignAddresses(this.#state, eni.id, addresses, false);
    });
  }

  async unassign(eni: EniRef, addresses: readonly string[]): Promise<void> {
    await this.#call('unassign', addresses, () => {
      if (arePrefixes(addresses))
        this.#state = unassignPrefixes(kindOf(addresses), this.#state, eni.id, addresses);
      else
        this.#state = isIpv6(addresses)
          ? unassignIpv6Addresses(this.#state, eni.id, addresses)
          : unassignAddresses(this.#state, eni.id, addresses);
    });
  }

  async describeEni(id: string): Promise<EniDescription> {
    return await this.#call('describe', [], () => {
      const eni = findEni(this.#view, id);
      const { subnetId, primary } = eni;
      const { cidr, ipv6Cidr } = findSubnet(this.#view, subnetId);
      const cidrs = [...(cidr ? [cidr] : []), ...(ipv6Cidr ? [ipv6Cidr] : [])];
      const own = primary ? { primary } : {};
      return { subnet: subnetId, cidrs, ...own, secondaries: holdingsOf(eni) };
    });
  }

  async secondariesOf(id: string): Promise<readonly string[]> {
    return (await this.describeEni(id)).secondaries;
  }

  async holdingsIn(subnet: string): Promise<readonly Holding[]> {
    return await this.#call('describe', [], () => {
      return enisOf(this.#view, subnet).flatMap((eni) =>
        [eni.primary, ...holdingsOf(eni)].flatMap((text): Holding | readonly Holding[] => {
          const span = parseSpan(text ?? '');
          return span ? { span, eni: eni.id, primary: text === eni.primary } : [];
        }),
      );
    });
  }

  async useOf(id: string): Promise<EniUse> {
    const eni = await this.#call('describe', [], () => findEni(this.#view, id));
    const { attachment } = eni;
    const held = holdingsOf(eni);
    if (!attachment) return { status: 'available', secondaries: held };
    const { instanceId } = attachment;
    const found = await this.#call('instances', [], () => this.#view.instances.get(instanceId));
    const state = found ? { state: found.state } : {};
    return {
      status: 'in-use',
      secondaries: held,
      instance: { id: instanceId, hibernates: this.hibernates, ...state },
    };
  }

  get #view(): CloudState {
    return this.#shown ?? this.#state;
  }

  async #call<T>(action: Action, addresses: readonly string[], work: () => T): Promise<T> {
    this.calls.push([action, ...addresses]);
    await this.during(action);
    const fault = this.#takeFault(action);
    if (fault === 'unreachable') {
      throw classify(ACTIONS[action], { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' });
    }
    try {
      if (fault === 'denied')
        throw ec2Error('denied', { user: 'node', action: ACTIONS[action], encoded: 'x' });
      const answer = work();
      if (fault !== 'lost') return answer;
    } catch (error) {
      throw this.#classified(action, error);
    }
    throw classify(ACTIONS[action], { code: 'Timeout', message: 'no answer within 10 s' });
  }

  #classified(action: Action, error: unknown): unknown {
    if (!(error instanceof Ec2Error)) return error;
    const { code, status } = error;
    return classify(ACTIONS[action], { code, status, message: this.wording(error.message) });
  }

  #takeFault(action: Action): Fault | undefined {
    const next = this.#faults.get(action);
    if (!next || next.times === 0) return undefined;
    next.times--;
    return next.fault;
  }
}
