/** Container sandboxes as the file system shows them: what ADD saw, and whether it is provably gone. */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Reservation, Sandbox } from './model.ts';

/** The network namespace at `path`, or undefined when it cannot be seen from here: then it proves nothing. */
export function observeSandbox(path: string): Sandbox | undefined {
  const folder = path !== '' && existsSync(path) ? identify(dirname(path)) : undefined;
  return folder && { netns: basename(path), folder };
}

/**
 * Whether nothing of the reservation's pod can be alive: the machine was booted anew, or the network
 * namespace is gone from the very folder in which ADD saw it. A path that cannot be seen proves
 * nothing, since plugins may run in another mount namespace; nor does age.
 */
export function isGone({ boot, netns, folder }: Reservation, currentBoot: string): boolean {
  if (boot !== '' && currentBoot !== '' && boot !== currentBoot) return true;
  if (netns === undefined || !folder) return false;
  const found = identify(folder.path);
  const same = found?.device === folder.device && found.inode === folder.inode;
  return same && !existsSync(join(folder.path, netns));
}

function identify(path: string): Sandbox['folder'] | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && { path, device: found.dev, inode: found.ino };
}
