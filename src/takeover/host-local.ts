/** What host-local keeps on disk: a folder a network, in it a file an address (containernetworking/plugins). */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { errorMessage, Failure } from '../errors.ts';
import { formatAddress, parseAddress } from '../net/address.ts';

/** One address in the hands of a container. */
export interface Inherited {
  readonly address: string;
  readonly container: string;
  /** Empty where an old host-local wrote the container alone. */
  readonly interface: string;
  /** host-local removes it when the container gives the address back. */
  readonly file: string;
}

/** A file that tells of an address, but not of its container. */
export interface Unreadable {
  readonly address: string;
  readonly reason: string;
}

export interface InheritedNetwork {
  readonly name: string;
  readonly reservations: readonly Inherited[];
  readonly unreadable: readonly Unreadable[];
  /** The address that was handed out last, by index of the range set. */
  readonly cursors: ReadonlyMap<number, string>;
}

/**
 * Reads the folder of one network, or the folder above with all of them.
 * @throws Failure `io` when it cannot be read.
 */
export function readHostLocal(directory: string): readonly InheritedNetwork[] {
  try {
    const names = namesIn(directory);
    if (names.some((name) => addressOf(name) !== undefined || CURSOR.test(name))) {
      return [readFolder(basename(resolve(directory)), directory)];
    }
    return names
      .filter((name) => statSync(join(directory, name)).isDirectory())
      .map((name) => readFolder(name, join(directory, name)));
  } catch (error) {
    throw new Failure('io', `cannot read ${directory}: ${errorMessage(error)}`, { cause: error });
  }
}

const CURSOR = /^last_reserved_ip\.(\d+)$/;

function readFolder(name: string, folder: string): InheritedNetwork {
  const reservations: Inherited[] = [];
  const unreadable: Unreadable[] = [];
  const cursors = new Map<number, string>();
  for (const entry of namesIn(folder)) {
    const address = addressOf(entry);
    const [, set] = CURSOR.exec(entry) ?? [];
    if (address === undefined && set === undefined) continue;
    const file = join(resolve(folder), entry);
    const lines = readFileSync(file, 'utf8').split('\n');
    const [first = '', second = ''] = lines.map((line) => line.trim());
    if (address === undefined) {
      const last = addressOf(first);
      if (last !== undefined) cursors.set(Number(set), last);
    } else if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(first)) {
      reservations.push({ address, container: first, interface: second, file });
    } else {
      const reason = first === '' ? 'its file is empty, as after a power cut' : 'its file names no container';
      unreadable.push({ address, reason });
    }
  }
  return { name, reservations, unreadable, cursors };
}

/** The address that a file is called after, in canonical text. */
function addressOf(name: string): string | undefined {
  const address = parseAddress(name);
  return address && formatAddress(address);
}

/** In an order of their own: that of a directory differs from one file system, and one runtime, to the next. */
const namesIn = (folder: string): readonly string[] =>
  readdirSync(folder).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
