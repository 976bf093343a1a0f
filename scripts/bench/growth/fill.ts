/** Makes a node on which many pods live already, as so many ADDs would have left it. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadlineAt } from '../../../src/deadline.ts';
import { openLog } from '../../../src/log.ts';
import type { Pod, Reservation } from '../../../src/model.ts';
import { inBlocks } from '../../../src/reservations.ts';
import { observeSandbox } from '../../../src/sandbox.ts';
import { openDisk } from '../../../src/store/disk.ts';
import { openStore } from '../../../src/store/store.ts';
import { realWorld } from '../../../src/world.ts';

/** A network of 65,000 addresses. */
export const SUBNET = '10.64.0.0/16';
export const NETWORK = 'bench';
const GATEWAY = '10.64.0.1';

const PATIENCE_MS = 60_000;

/** The addresses that the first so many pods got: both plugins give them out in order. */
export const addressesOf = (pods: number): readonly string[] =>
  Array.from({ length: pods }, (_, index) => `10.64.${(index + 2) >> 8}.${(index + 2) & 255}`);

/** A container with its pod, with names as long as kubelet makes them; another one for every `seed`. */
export function residentOf(seed: string): { readonly container: string; readonly pod: Pod } {
  const container = createHash('sha256').update(seed).digest('hex');
  const [set, one] = [container.slice(0, 10), container.slice(10, 15)];
  const uid = container.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
  return { container, pod: { namespace: 'user-plane', name: `upf-${set}-${one}`, uid } };
}

/** Writes eni-local's state by its own store, so that what is measured is what it reads. */
export async function fillEniLocal(directory: string, pods: number, netns: string): Promise<void> {
  if (pods === 0) return;
  const sandbox = observeSandbox(netns);
  const boot = realWorld.bootId();
  const since = realWorld.now();
  const addresses = addressesOf(pods);
  const reservations = addresses.map(
    (address, index): Reservation => ({
      network: NETWORK,
      ...residentOf(`resident ${index}`),
      interface: 'net1',
      set: 0,
      address,
      length: 16,
      gateway: GATEWAY,
      state: 'assigned',
      since,
      boot,
      cooldown: 0,
      ...sandbox,
    }),
  );
  const log = openLog({ level: 'warn' }, {}, realWorld);
  const deadline = deadlineAt(realWorld.elapsed() + PATIENCE_MS, realWorld);
  const store = openStore(openDisk(directory), realWorld, deadline, log);
  const cursors = { [`${NETWORK}/0`]: addresses.at(-1) ?? '' };
  await store.transact((state) => ({
    state: { ...state, reservations: inBlocks(reservations), cursors },
    value: undefined,
  }));
}

/** Writes host-local's folder: a file for each address, and one that names the last address. */
export function fillHostLocal(directory: string, pods: number): void {
  const at = (name: string): string => join(directory, NETWORK, name);
  mkdirSync(at(''), { recursive: true });
  for (const [index, address] of addressesOf(pods).entries()) {
    writeFileSync(at(address), `${residentOf(`resident ${index}`).container}\r\nnet1`);
    if (index === pods - 1) writeFileSync(at('last_reserved_ip.0'), address);
  }
}
