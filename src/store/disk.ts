/** The only door to the state directory: every write that must survive a power cut is made here. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from '../errors.ts';

/** Files of one directory, by name. */
export interface Disk {
  readonly directory: string;
  /** Makes the directory, readable by root alone, unless it is there. */
  prepare(): void;
  /** Names in the directory; none when it does not exist. */
  list(): string[];
  /** What is in the file, or undefined when there is no such file. */
  read(name: string): Buffer | undefined;
  /**
   * Makes `name` with these bytes, whole and durable, unless a file of that name exists.
   * Of all processes that try, exactly one is told `created`.
   */
  create(name: string, bytes: Uint8Array, temporary: string): 'created' | 'exists';
  /** Gives the file this text, durably. A power cut meanwhile may leave any part of it. */
  overwrite(name: string, text: string): void;
  /** Leaves nothing in the file, if it is there; after a power cut, its text may be back. */
  clear(name: string): void;
  /** Age of the file by its modification time, in milliseconds; undefined when it is gone. */
  modifiedAt(name: string): number | undefined;
  /** Removes the file if it is there. */
  remove(name: string): void;
}

export function openDisk(directory: string): Disk {
  const at = (name: string): string => join(directory, name);
  return {
    directory,
    prepare() {
      mkdirSync(dirname(directory), { recursive: true });
      ignoring('EEXIST', () => mkdirSync(directory, { mode: 0o700 }));
    },
    list: () => ignoring('ENOENT', () => readdirSync(directory)) ?? [],
    read: (name) => ignoring('ENOENT', () => readFileSync(at(name))),
    create(name, bytes, temporary) {
      writeDurably(at(temporary), bytes, 'wx');
      try {
        // link(2) is the compare-and-swap: it fails when the name exists, whoever made it.
        linkSync(at(temporary), at(name));
      } catch (error) {
        if (errorCode(error) === 'EEXIST') return 'exists';
        throw error;
      } finally {
        unlinkSync(at(temporary));
      }
      syncDirectory(directory);
      return 'created';
    },
    overwrite(name, text) {
      const isThere = existsSync(at(name));
      writeDurably(at(name), Buffer.from(text), 'w');
      if (!isThere) syncDirectory(directory);
    },
    clear: (name) => ignoring('ENOENT', () => truncateSync(at(name))),
    modifiedAt: (name) => ignoring('ENOENT', () => statSync(at(name)).mtimeMs),
    remove: (name) => ignoring('ENOENT', () => unlinkSync(at(name))),
  };
}

function writeDurably(path: string, bytes: Uint8Array, how: 'w' | 'wx'): void {
  const file = openSync(path, how, 0o600);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A new name is durable only once its directory is. */
function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function ignoring<T>(code: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (errorCode(error) === code) return undefined;
    throw error;
  }
}
