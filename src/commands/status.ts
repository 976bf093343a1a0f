/** STATUS: whether an ADD with this configuration would work now. It takes no address and asks EC2 for none. */
import { planAdd } from '../allocator/plan.ts';
import type { Request } from '../cni/request.ts';
import { requireVersion } from '../cni/versions.ts';
import { type Allocation, type Ranges, readAllocation } from '../config/allocation.ts';
import type { Range } from '../config/ranges.ts';
import { readSettings } from '../config/settings.ts';
import { requireCredentials } from '../eni/credentials.ts';
import type { Ec2 } from '../eni/ec2.ts';
import { Failure } from '../errors.ts';
import { openRun, type Run } from '../run.ts';
import type { World } from '../world.ts';
import { makeClaim } from './claim.ts';
import { withOutcome } from './outcome.ts';

/** @throws Failure `not-available` with the reason; a configuration that no ADD could use fails as there. */
export async function status(request: Request, ec2: Ec2, world: World): Promise<void> {
  requireVersion(request.network.cniVersion, '1.1.0', 'STATUS');
  const allocation = readAllocation(request.network, '');
  const run = openRun(readSettings(request.network.json), { command: 'STATUS' }, world);
  const attempt = async (): Promise<void> => {
    const claim = await makeClaim(request, forAnyPod(allocation), ec2, run);
    if (claim.eni) await requireCredentials(run);
    await requireWritableState(run);
    const { value } = planAdd(run.store.read(), claim, world.now());
    if (value.kind === 'refused') throw value.failure;
  };
  await withOutcome(run, () => unlessAvailable(attempt));
}

async function unlessAvailable(attempt: () => Promise<void>): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    if (!(error instanceof Failure) || error.kind === 'invalid-config') throw error;
    throw new Failure('not-available', error.message, { cause: error });
  }
}

/** A transaction that changes nothing makes the directory and its lock, and takes the lock away again. */
const requireWritableState = ({ store }: Run): Promise<void> =>
  store.transact((state) => ({ state, value: undefined }));

/** Nobody in particular asks: the question is whether there is a pod that would get an address. */
const forAnyPod = (allocation: Allocation): Allocation => ({
  ...allocation,
  ranges: openTo(allocation.ranges),
  fixed: new Map(),
});

const openTo = (ranges: Ranges): Ranges =>
  ranges.kind === 'given' ? { ...ranges, sets: ranges.sets.map((set) => set.map(withoutPods)) } : ranges;

function withoutPods({ pods: _pods, ...range }: Range): Range {
  return range;
}
