/** A process of a race: commits the addresses that it is given, one by one, and waits for no lock. */
import { deadlineAt } from '../../src/deadline.ts';
import { openLog } from '../../src/log.ts';
import { openDisk } from '../../src/store/disk.ts';
import { openStore } from '../../src/store/store.ts';
import { realWorld, type World } from '../../src/world.ts';
import { adds } from './place.ts';

const [directory = '', ...addresses] = process.argv.slice(2);
// Its patience with a lock is over whenever it looks.
let elapsed = 0;
const world: World = { ...realWorld, elapsed: () => (elapsed += 10_000) };
const deadline = deadlineAt(Number.MAX_SAFE_INTEGER, world);
const store = openStore(openDisk(directory), world, deadline, openLog({ level: 'warn' }, {}, world));

async function commitAll(): Promise<void> {
  for (const address of addresses) await store.transact(adds(address));
}

// It starts when its parent says so, together with all the others.
process.stdin.once('data', () => void commitAll());
process.stdout.write('ready\n');
