/** One run of the program: its world, how long it may take, where it logs and what the node remembers. */
import type { Settings } from './config/settings.ts';
import { type Deadline, deadlineAt } from './deadline.ts';
import { type Log, openLog } from './log.ts';
import { openPhases, type Phases } from './phases.ts';
import { openDisk } from './store/disk.ts';
import { openStore, type Store } from './store/store.ts';
import type { World } from './world.ts';

/** What it takes to ask AWS something: whoever does needs no state. */
export interface CallContext {
  readonly world: World;
  readonly deadline: Deadline;
  readonly log: Log;
  readonly phases: Phases;
}

export interface Run extends CallContext {
  readonly store: Store;
  /** The state directory, where locks lie beside the state. */
  readonly directory: string;
}

/**
 * Opens a run; `context` stands in every line of its log, beside an id that tells invocations apart.
 * Nothing is written yet.
 */
export function openRun(settings: Settings, context: Record<string, unknown>, world: World): Run {
  const deadline = deadlineAt(settings.timeoutMs, world);
  const log = openLog(settings.log, { invocation: drawId(world), ...context }, world);
  const phases = openPhases(world);
  const store = openStore(openDisk(settings.dataDir), world, deadline, log);
  const timed: Store = {
    read: () => store.read(),
    transact: (change) => phases.time('commit', () => store.transact(change)),
  };
  return { world, deadline, log, phases, store: timed, directory: settings.dataDir };
}

const drawId = (world: World): string =>
  Math.floor(world.random() * 2 ** 48)
    .toString(16)
    .padStart(12, '0');
