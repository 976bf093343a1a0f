/** Whether the state directory can be used, and what is in it. */
import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorMessage } from '../errors.ts';
import { allReservations } from '../state.ts';
import { type Disk, openDisk } from '../store/disk.ts';
import { describeWriter, FORMAT, parseDocument } from '../store/document.ts';
import type { World } from '../world.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const CHECK = 'state directory';
/** statfs(2): file systems that a reboot empties. */
const VOLATILE: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

export function checkStateDirectory(directory: string, world: World): readonly Finding[] {
  const disk = openDisk(directory);
  const found = statSync(directory, { throwIfNoEntry: false });
  if (!found) return [checkAbsent(directory)];
  if (!found.isDirectory()) {
    return [problem(CHECK, `${directory} is not a directory`, 'Move it away, or name another ipam.dataDir.')];
  }
  const unusable = tryToWrite(disk, world);
  if (unusable) return [unusable];
  return [...checkMode(directory, found.mode), ...checkPermanence(directory), ...checkDocuments(disk)];
}

/** The first ADD makes it, if it can. */
function checkAbsent(directory: string): Finding {
  const cannot = (reason: string): Finding =>
    problem(
      CHECK,
      `${directory} cannot be made: ${reason}`,
      'Name another ipam.dataDir, or make way for it.',
    );
  let ancestor = dirname(directory);
  while (!statSync(ancestor, { throwIfNoEntry: false })) ancestor = dirname(ancestor);
  if (!statSync(ancestor).isDirectory()) return cannot(`${ancestor} is not a directory`);
  try {
    accessSync(ancestor, constants.W_OK | constants.X_OK);
    return ok(CHECK, `${directory} is not there yet; the first ADD makes it`);
  } catch (error) {
    return cannot(errorMessage(error));
  }
}

/** As a commit does: a file of its own, durable, and away again. What a killed doctor leaves, commits tidy up. */
function tryToWrite(disk: Disk, world: World): Finding | undefined {
  const name = `.state.doctor-${Math.floor(world.random() * 2 ** 32)}.tmp`;
  try {
    disk.overwrite(name, 'x'.repeat(4096));
    disk.remove(name);
    return undefined;
  } catch (error) {
    const advice = 'An ADD cannot write it down: make room, or give root leave to write.';
    return problem(CHECK, `cannot write to ${disk.directory}: ${errorMessage(error)}`, advice);
  }
}

function checkMode(directory: string, mode: number): readonly Finding[] {
  const others = mode & 0o077;
  if (others === 0) return [];
  const octal = (mode & 0o777).toString(8);
  return [
    warning(
      CHECK,
      `${directory} is open to others than root: its mode is 0${octal}`,
      `chmod 700 ${directory}`,
    ),
  ];
}

function checkPermanence(directory: string): readonly Finding[] {
  if (!VOLATILE.has(statfsSync(directory).type)) return [];
  return [
    warning(
      CHECK,
      `${directory} is in memory: what a reboot leaves on the ENI would then be unexplained`,
      'Name an ipam.dataDir on a disk.',
    ),
  ];
}

function checkDocuments(disk: Disk): readonly Finding[] {
  const versions = disk
    .list()
    .flatMap((name) => /^state\.([1-9]\d{0,14})\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
  const damages: Finding[] = [];
  for (const version of versions) {
    const name = `state.${version}.json`;
    const reading = read(disk, name, version);
    if (reading === undefined) continue;
    if (reading.kind === 'document') {
      const { length } = allReservations(reading.document.state);
      const addresses = length === 1 ? '1 address' : `${length} addresses`;
      return [...damages, ok(CHECK, `${disk.directory}, version ${version}: ${addresses} on record`)];
    }
    if (reading.kind === 'other-format') {
      const message = `${name} has format ${reading.format}, this program knows ${FORMAT}`;
      const advice = `It was written by ${describeWriter(reading.format)}: install that version again.`;
      return [...damages, problem(CHECK, message, advice)];
    }
    const advice = 'It is passed over for an older version; "eni-local reconcile" then tells what differs.';
    damages.push(warning(CHECK, `${name} is damaged: ${reading.reason}`, advice));
  }
  return [...damages, ok(CHECK, `${disk.directory}: nothing on record yet`)];
}

/** Undefined when it has been pruned meanwhile. */
function read(disk: Disk, name: string, version: number) {
  try {
    const bytes = disk.read(name);
    return bytes && parseDocument(bytes, version);
  } catch (error) {
    return { kind: 'damaged', reason: errorMessage(error) } as const;
  }
}
