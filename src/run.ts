/** One run of the program: its world, how long it may take, where it logs and what the node remembers. */
import type { Settings } from './config/settings.ts';
import { type Deadline, deadlineAt } from './deadline.ts';
import { type Log, openLog } from './log.ts';
import { openDisk } from './store/disk.ts';
import { openStore, type Store } from './store/store.ts';
import type { World } from './world.ts';

export interface Run {
  readonly world: World;
  readonly deadline: Deadline;
  readonly log: Log;
  readonly store: Store;
  /** The state directory, where locks lie beside the state. */
  readonly directory: string;
}

/** Opens a run; `context` stands in every line of its log. Nothing is written yet. */
export function openRun(settings: Settings, context: Record<string, unknown>, world: World): Run {
  const deadline = deadlineAt(settings.timeoutMs, world);
  const log = openLog(settings.log, context, world);
  const disk = openDisk(settings.dataDir);
  return { world, deadline, log, store: openStore(disk, world, deadline, log), directory: settings.dataDir };
}
