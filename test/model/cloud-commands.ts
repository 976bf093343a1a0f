/** What happens in the VPC behind the node's back: faults, other people's hands, and time. */

import { opened } from '../allocator/claims.ts';
import type { Aws } from '../aws/aws.ts';
import type { Ec2Fault } from '../aws/faults.ts';
import { checkInvariants } from './invariants.ts';
import type { Delay } from './late-cloud.ts';
import type { Ledger } from './ledger.ts';
import { isOf } from './networks.ts';
import { ENI, type Node, OTHER_ENI } from './node.ts';
import type { Command } from './pod-commands.ts';

/** How much time may pass in one run between invocations: what a node remembers, it remembers for an hour. */
const LONGEST_MS = 20 * 60_000;
/** Whether the one is the other, or has it. */
const overlaps = (one: string, other: string): boolean =>
  one === other || ([one, other].some((text) => text.includes('/')) && isOf(one, other));

const roomOf = (aws: Aws): number => ROOM - aws.addresses(ENI).length - aws.prefixes(ENI).length;

/** An m5.large holds so many secondary addresses on each ENI. */
const ROOM = 9;

export const faultCommand = (fault: Ec2Fault): Command => ({
  check: () => true,
  toString: () => `fault ${JSON.stringify(fault)}`,
  async run(_, node) {
    node.aws.fault(fault);
  },
});

/** The next call that changes something is not answered, and carried out later. */
export const delayCommand = (delay: Delay): Command => ({
  check: () => true,
  toString: () =>
    `the next call lands after ${delay.milliseconds} ms, ${delay.isFatal ? 'its caller is killed' : 'unheard'}`,
  async run(_, node) {
    node.lateness.add(delay);
  },
});

export const passCommand = (milliseconds: number): Command => ({
  check: () => true,
  toString: () => `${milliseconds} ms pass`,
  async run(ledger, node) {
    if (node.time.passed + milliseconds > LONGEST_MS) return;
    await node.time.pass(milliseconds);
    checkInvariants(ledger, node);
  },
});

/** Somebody else's hand, where it can do what it wants to. */
const hand = (
  what: string,
  isPossible: (ledger: Ledger, node: Node) => boolean,
  act: (ledger: Ledger, node: Node) => void,
): Command => ({
  check: () => true,
  toString: () => `somebody else ${what}`,
  async run(ledger, node) {
    if (!isPossible(ledger, node)) return;
    act(ledger, node);
    checkInvariants(ledger, node);
  },
});

/** Another ENI gets the address, also if it has to be moved away from ours. */
export const moveAwayCommand = (address: string): Command =>
  hand(
    `assigns ${address} to another ENI`,
    (_, { aws }) =>
      aws.addresses(OTHER_ENI).length < ROOM && !aws.prefixes(ENI).some((prefix) => isOf(prefix, address)),
    (ledger, { aws }) => {
      if (aws.addresses(ENI).includes(address) && !ledger.planted.delete(address)) ledger.stolen.add(address);
      aws.put(OTHER_ENI, address);
    },
  );

export const giveBackCommand = (address: string): Command =>
  hand(
    `takes ${address} off the other ENI`,
    (_, { aws }) => aws.addresses(OTHER_ENI).includes(address),
    (_, { aws }) => aws.take(OTHER_ENI, address),
  );

/** Our ENI gets an address that the node has never had to do with, or no longer. */
export const plantCommand = (address: string): Command =>
  hand(
    `puts ${address} on our ENI`,
    (_, node) => {
      const { aws, lateness } = node;
      const { reservations, delegations, marks } = opened(node.state());
      const isKnown = [...reservations, ...delegations, ...marks].some(
        (one) => one.eni && overlaps(one.address, address),
      );
      const isHeld = [ENI, OTHER_ENI].some((eni) =>
        [...aws.addresses(eni), ...aws.prefixes(eni)].some((one) => overlaps(one, address)),
      );
      const isUnderWay = [...lateness.underWay.keys()].some((one) => overlaps(one, address));
      return !isKnown && !isHeld && !isUnderWay && roomOf(aws) > 0;
    },
    (ledger, { aws }) => {
      ledger.planted.add(address);
      aws.put(ENI, address);
    },
  );

export const takeOffCommand = (address: string): Command =>
  hand(
    `takes ${address} off our ENI`,
    (_, { aws }) => [...aws.addresses(ENI), ...aws.prefixes(ENI)].includes(address),
    (ledger, { aws }) => {
      if (!ledger.planted.delete(address)) ledger.stolen.add(address);
      aws.take(ENI, address);
    },
  );

/** The other ENI gets a prefix, as the VPC CNI may do anywhere in the subnet. */
export const fetchElsewhereCommand = (prefix: string): Command =>
  hand(
    `fetches ${prefix} for another ENI`,
    (_, { aws }) =>
      aws.addresses(OTHER_ENI).length < ROOM &&
      ![ENI, OTHER_ENI].some((eni) =>
        [...aws.addresses(eni), ...aws.prefixes(eni)].some((one) => overlaps(one, prefix)),
      ),
    (_, { aws }) => aws.put(OTHER_ENI, prefix),
  );

/** From now on the other ENI is out of use. */
export const detachCommand = (): Command =>
  hand(
    'detaches the other ENI',
    (ledger) => !ledger.isOtherDetached,
    (ledger, { aws }) => {
      ledger.isOtherDetached = true;
      aws.detachEni(OTHER_ENI);
    },
  );
