/** Container sandboxes as the file system shows them: what ADD saw, and whether it is provably gone. */
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Reservation, Sandbox } from './model.ts';

/** The network namespace at `path`, or undefined when it cannot be seen from here: then it proves nothing. */
export function observeSandbox(path: string): Sandbox | undefined {
  const folder = path !== '' && existsSync(path) ? identify(dirname(path)) : undefined;
  return folder && { path, folder };
}

/**
 * Whether nothing of the reservation's pod can be alive: the machine was booted anew, or the network
 * namespace is gone from the very folder in which ADD saw it. A path that cannot be seen proves
 * nothing, since plugins may run in another mount namespace; nor does age.
 */
export function isGone({ boot, sandbox }: Reservation, currentBoot: string): boolean {
  if (boot !== '' && currentBoot !== '' && boot !== currentBoot) return true;
  if (!sandbox) return false;
  const folder = identify(dirname(sandbox.path));
  const same = folder?.device === sandbox.folder.device && folder.inode === sandbox.folder.inode;
  return same && !existsSync(sandbox.path);
}

function identify(folder: string): Sandbox['folder'] | undefined {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found && { device: found.dev, inode: found.ino };
}
