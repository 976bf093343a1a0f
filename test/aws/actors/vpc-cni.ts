/** A plugin of another kind in the same subnet: it lets EC2 choose, keeps what it gets, and gives it back. */
import { assignAddresses, chooseAddresses } from '../cloud/assign.ts';
import type { CloudState } from '../cloud/model.ts';
import { assignPrefixes, choosePrefixes, ipv4Prefixes, unassignPrefixes } from '../cloud/prefixes.ts';
import { unassignAddresses } from '../cloud/unassign.ts';
import type { Actor } from './actor.ts';
import type { Hands } from './hands.ts';

type VpcCni = Extract<Actor, { readonly kind: 'vpc-cni' }>;
type Taken = { readonly what: string; readonly since: number };

export function vpcCni({ eniId, addresses = 0, prefixes = 0, keepMs }: VpcCni, hands: Hands): () => void {
  const { random } = hands;
  let taken: readonly Taken[] = [];

  const take = (count: number, choose: (state: CloudState) => readonly string[]): void => {
    if (count === 0) return;
    let chosen: readonly string[] = [];
    const isTaken = hands.call('AssignPrivateIpAddresses', (state) => {
      chosen = choose(state);
      return chosen.some(isPrefix)
        ? assignPrefixes(ipv4Prefixes, state, eniId, chosen)
        : assignAddresses(state, eniId, chosen, false);
    });
    if (isTaken) taken = [...taken, ...chosen.map((what) => ({ what, since: hands.now() }))];
  };

  /** One by one: what somebody has taken away meanwhile must not keep the rest. */
  const giveBack = (what: string): boolean =>
    hands.call('UnassignPrivateIpAddresses', (state) =>
      isPrefix(what)
        ? unassignPrefixes(ipv4Prefixes, state, eniId, [what])
        : unassignAddresses(state, eniId, [what]),
    );

  return () => {
    const isDue = ({ since }: Taken): boolean => keepMs !== undefined && hands.now() - since >= keepMs;
    for (const { what } of taken.filter(isDue)) giveBack(what);
    taken = taken.filter((one) => !isDue(one));
    take(addresses, (state) => chooseAddresses(state, eniId, addresses, (free) => random.shuffled(free)));
    take(prefixes, (state) => choosePrefixes(ipv4Prefixes, state, eniId, prefixes, random));
  };
}

function isPrefix(what: string): boolean {
  return what.includes('/');
}
