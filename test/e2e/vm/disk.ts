/** A disk for virtual machines, one after the other: what it has when the power goes is what the next one finds. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { here, must } from '../bed/machine.ts';

export const DISK_FILES = ['/usr/sbin/mkfs.ext4'];

export async function makeDisk(): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), 'disk-')), 'ext4');
  await must(here, `truncate --size=64M ${file}; mkfs.ext4 -q -F ${file}`);
  return file;
}
