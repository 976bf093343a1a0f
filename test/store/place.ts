/** What tests of the store begin with: a state directory, stores on it, and rivals that commit in between. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadlineAt } from '../../src/deadline.ts';
import { openLog } from '../../src/log.ts';
import type { State } from '../../src/model.ts';
import { addReservations, allReservations, type Change } from '../../src/state.ts';
import { type Disk, openDisk } from '../../src/store/disk.ts';
import { parseDocument, printDocument, successor } from '../../src/store/document.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { NOW, reservation } from '../allocator/claims.ts';
import { StillWorld } from './still-world.ts';

/** How long an invocation on a place may take. */
export const TIMEOUT_MS = 30_000;

/** A state directory of one test, with the world of the process that the test plays. */
export class Place implements Disposable {
  readonly #base = mkdtempSync(join(tmpdir(), 'eni-local-store-'));
  readonly directory = join(this.#base, 'state');
  readonly world = new StillWorld(NOW);

  /** The store as one process opens it; every call is another process. */
  store(change: (disk: Disk) => Disk = (disk) => disk): Store {
    const log = openLog({ level: 'warn' }, {}, this.world);
    return openStore(change(openDisk(this.directory)), this.world, deadlineAt(TIMEOUT_MS, this.world), log);
  }

  /** A place with so many commits, the n-th of which brought the address 10.10.0.n. */
  static async with(commits: number): Promise<Place> {
    const place = new Place();
    for (let number = 1; number <= commits; number++) {
      await place.store().transact(adds(`10.10.0.${number}`));
    }
    return place;
  }

  /** Addresses on record, as a process sees them that starts now. */
  addresses(): readonly string[] {
    return addressesOf(this.store().read());
  }

  files(): readonly string[] {
    return readdirSync(this.directory).sort();
  }

  text(name: string): string {
    return readFileSync(join(this.directory, name), 'utf8');
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(join(this.directory, name), content);
  }

  remove(name: string): void {
    rmSync(join(this.directory, name));
  }

  /** File and reason of each warning about damage. */
  warnings(): readonly { readonly file: string; readonly reason: string }[] {
    return this.world.stderr.map((line) => {
      const { file, reason } = JSON.parse(line) as { file: string; reason: string };
      return { file, reason };
    });
  }

  /**
   * Other processes commit these addresses, one commit each, at this very moment: with the same
   * steps as a store, but without waiting for a lock, and so within a step of somebody else.
   */
  rivalsCommit(...addresses: readonly string[]): void {
    const disk = openDisk(this.directory);
    for (const address of addresses) {
      const latest = latestVersion(disk);
      const reading = parseDocument(disk.read(fileOf(latest)) ?? Buffer.of(), latest);
      if (reading.kind !== 'document') throw new Error(`version ${latest} is ${reading.kind}`);
      const { document } = reading;
      const next = successor(document, latest + 1, `rival of ${latest}`, adds(address)(document.state).state);
      disk.create(fileOf(next.version), printDocument(next), `.state.rival${latest}.tmp`);
      disk.remove(fileOf(next.version - KEPT));
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.#base, { recursive: true, force: true });
  }
}

/** How many versions a writer leaves on disk. */
const KEPT = 3;

export const fileOf = (version: number): string => `state.${version}.json`;

const latestVersion = (disk: Disk): number =>
  Math.max(...disk.list().flatMap((name) => Number(/^state\.(\d+)\.json$/.exec(name)?.[1] ?? [])));

export const addressesOf = (state: State): readonly string[] =>
  allReservations(state).map(({ address }) => address);

/** A change that records the address for a container of the same name. */
export const adds =
  (address: string) =>
  (state: State): Change<string> => ({
    state: addReservations(state, [reservation(address, address)]),
    value: address,
  });

/** Addresses 10.10.1.1 and so on. */
export const rivals = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `10.10.1.${index + 1}`);
