/** The account behind the endpoints: what is in it, and what others do to it. */
import type { Actor } from './actors/actor.ts';
import { Company } from './actors/company.ts';
import { putByHand, takeByHand } from './cloud/by-hand.ts';
import type { Mutation } from './cloud/cloud.ts';
import { findEni } from './cloud/find.ts';
import { setInstanceState } from './cloud/instances.ts';
import { detachEni, removeEni } from './cloud/interfaces.ts';
import { sortedIpv4 } from './cloud/ipv4.ts';
import { sortedIpv6 } from './cloud/ipv6.ts';
import type { CloudState, InstanceState } from './cloud/model.ts';
import { plantEni } from './cloud/plant.ts';
import type { EniSeed } from './cloud/seed.ts';
import type { Parts } from './parts.ts';

export class Account {
  readonly #parts: Parts;
  readonly #company: Company;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#company = new Company(parts);
  }

  state(): CloudState {
    return this.#parts.cloud.state;
  }

  /** The secondary IPv4 addresses of an ENI, in the order of their numbers. */
  addresses(eniId: string): string[] {
    return sortedIpv4(findEni(this.state(), eniId).secondaries);
  }

  /** The IPv6 addresses of an ENI in their one spelling, in the order of their numbers. */
  ipv6Addresses(eniId: string): string[] {
    return sortedIpv6(findEni(this.state(), eniId).ipv6);
  }

  /** The prefixes of both families that are delegated to an ENI. */
  prefixes(eniId: string): string[] {
    const { prefixes, ipv6Prefixes } = findEni(this.state(), eniId);
    return [...prefixes, ...ipv6Prefixes];
  }

  /** Every change of what an ENI holds, by requests, by actors and by hand. */
  mutations(): readonly Mutation[] {
    return this.#parts.cloud.mutations;
  }

  /** Somebody else puts an address of either family, or a prefix, on an ENI, taking it from another one if need be. */
  put(eniId: string, address: string): void {
    this.#change(putByHand(this.state(), eniId, address));
  }

  /** Somebody else takes an address or a prefix off an ENI. */
  take(eniId: string, address: string): void {
    this.#change(takeByHand(this.state(), eniId, address));
  }

  /** Somebody else creates an ENI. */
  addEni(seed: EniSeed): void {
    this.#change(plantEni(this.state(), seed, this.#parts.clock.now()));
  }

  /** Somebody else detaches an ENI; one that lingers is still shown by IMDS. */
  detachEni(eniId: string, { lingers = false }: { readonly lingers?: boolean } = {}): void {
    this.#change(detachEni(this.state(), eniId, lingers));
  }

  /** Somebody else deletes an ENI; one that lingers is still shown by IMDS. */
  removeEni(eniId: string, { lingers = false }: { readonly lingers?: boolean } = {}): void {
    this.#change(removeEni(this.state(), eniId, lingers));
  }

  /** Somebody starts, stops or terminates an instance, and it is that far. */
  setInstanceState(instanceId: string, next: InstanceState): void {
    this.#change(setInstanceState(this.state(), instanceId, next));
  }

  /** Somebody else is at work from now on, step by step. */
  startActor(actor: Actor): void {
    this.#company.start(actor);
  }

  /** All of them stop where they are. */
  stopActors(): void {
    this.#company.stop();
  }

  #change(next: CloudState): void {
    this.#parts.cloud.commit(next, 'manual', this.#parts.clock.now());
  }
}
