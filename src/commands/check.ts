/** CHECK: the attachment is recorded, as the runtime believes it is, and the ENI holds its addresses. */
import type { Request } from '../cni/request.ts';
import { requireVersion } from '../cni/versions.ts';
import { readPreviousAddresses } from '../config/prev-result.ts';
import { readSettings } from '../config/settings.ts';
import { CloudError, type OpenCloud, toFailure } from '../eni/cloud.ts';
import { openImds } from '../eni/imds.ts';
import { listOf, readList } from '../eni/imds-addresses.ts';
import { Failure } from '../errors.ts';
import type { Attachment, EniRef } from '../model.ts';
import { openRun, type Run } from '../run.ts';
import { reservationsOf } from '../state.ts';
import type { World } from '../world.ts';
import { withOutcome } from './outcome.ts';

/** @throws Failure `check-failed` that says what is missing. */
export async function check(request: Request, openCloud: OpenCloud, world: World): Promise<void> {
  const { network, attachment } = request;
  requireVersion(network.cniVersion, '0.4.0', 'CHECK');
  const expected = readPreviousAddresses(network);
  const run = openRun(readSettings(network.json), { command: 'CHECK', ...attachment }, world);
  await withOutcome(run, () => compare(attachment, expected, openCloud, run));
}

async function compare(
  attachment: Attachment,
  expected: readonly string[],
  openCloud: OpenCloud,
  run: Run,
): Promise<void> {
  const held = reservationsOf(run.store.read(), attachment).filter(({ state }) => state === 'assigned');
  const who = `${attachment.interface} of container ${attachment.container} on network ${attachment.network}`;
  if (held.length === 0) throw new Failure('check-failed', `no address is recorded for ${who}`);

  for (const { address, eni, prefix } of held) {
    if (!expected.includes(address)) {
      const others = expected.join(', ') || 'no address';
      throw new Failure('check-failed', `${address} is recorded for ${who}, but prevResult has ${others}`);
    }
    const wanted = prefix ?? address;
    if (eni && !(await isOnEni(eni, wanted, openCloud, run))) {
      const what = `${eni.id} does not hold ${prefix ? `its prefix ${prefix}` : 'it'}`;
      throw new Failure('check-failed', `${address} is recorded for ${who}, but ${what}`);
    }
  }
}

/** IMDS may lag, so that it confirms but never denies: then EC2 is asked. */
async function isOnEni(eni: EniRef, address: string, openCloud: OpenCloud, run: Run): Promise<boolean> {
  if (await imdsConfirms(eni, address, run)) return true;
  try {
    const cloud = await openCloud(eni.region, run);
    return (await cloud.secondariesOf(eni.id)).includes(address);
  } catch (error) {
    if (error instanceof CloudError && error.kind === 'eni-gone') return false;
    throw toFailure(error, `check that ${eni.id} holds ${address}`);
  }
}

async function imdsConfirms({ mac }: EniRef, address: string, run: Run): Promise<boolean> {
  if (!mac) return false;
  try {
    const imds = openImds(run.world, run.deadline);
    return (await readList(imds, mac, listOf(address))).includes(address);
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}
