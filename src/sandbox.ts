/** Container sandboxes as the file system shows them: what ADD saw, and whether it is provably gone. */
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Reservation, Sandbox } from './model.ts';

/** The network namespace at this path, or undefined when it cannot be seen from here: then it proves nothing. */
export function observeSandbox(netns: string): Sandbox | undefined {
  const folder = netns !== '' && existsSync(netns) ? identify(dirname(netns)) : undefined;
  return folder && { netns, folder };
}

/**
 * Whether nothing of the reservation's pod can be alive: the machine was booted anew, or the network
 * namespace is gone from the very folder in which ADD saw it. A path that cannot be seen proves
 * nothing, since plugins may run in another mount namespace; nor does age.
 */
export function isGone({ boot, netns, folder }: Reservation, currentBoot: string): boolean {
  if (boot !== '' && currentBoot !== '' && boot !== currentBoot) return true;
  if (netns === undefined || !folder) return false;
  const found = identify(dirname(netns));
  const same = found?.device === folder.device && found.inode === folder.inode;
  return same && !existsSync(netns);
}

function identify(folder: string): Sandbox['folder'] | undefined {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found && { device: found.dev, inode: found.ino };
}
