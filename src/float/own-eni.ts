/** The ENI to which addresses are taken, and whether they can be. */
import type { EniSource } from '../config/allocation.ts';
import { toFailure } from '../eni/cloud.ts';
import { discoverEni, keyOf } from '../eni/discover.ts';
import { openEc2 } from '../eni/ec2-client.ts';
import { openSession } from '../eni/ec2-session.ts';
import { Failure } from '../errors.ts';
import type { Eni } from '../model.ts';
import { parseAddress } from '../net/address.ts';
import { contains, parseSpan } from '../net/span.ts';
import type { CallContext } from '../run.ts';
import { pauseAfter, SOON } from './backoff.ts';
import type { Tell } from './events.ts';

/**
 * Waits for as long as it takes: after a boot the interface, the metadata service and EC2 may come late.
 * @returns undefined when it was told to stop.
 * @throws Failure `invalid-config`.
 */
export async function awaitEni(
  source: EniSource,
  tell: Tell,
  stop: AbortSignal,
  context: CallContext,
): Promise<Eni | undefined> {
  const { world } = context;
  const stopped = new Promise<undefined>((resolve) => {
    stop.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  for (let failures = 0; !stop.aborted; failures++) {
    try {
      return await Promise.race([findEni(source, context), stopped]);
    } catch (error) {
      if (!(error instanceof Failure) || error.kind === 'invalid-config') throw error;
      const inMs = pauseAfter(failures, SOON, world);
      tell('retrying', { error: error.message, inMs });
      await Promise.race([world.sleep(inMs), stopped]);
    }
  }
  return undefined;
}

/**
 * From a pod the metadata service may be out of reach, as it should be (a hop limit of 1). EC2 knows MACs, too,
 * where something says which region to ask.
 */
async function findEni(source: EniSource, context: CallContext): Promise<Eni> {
  try {
    return (await discoverEni(source, openEc2, context)).eni;
  } catch (error) {
    const region = source.region ?? context.world.env['AWS_REGION'];
    const isSilent = error instanceof Failure && error.kind === 'try-again' && source.id === undefined;
    if (!isSilent || !region) throw error;
    const mac = keyOf(source);
    const id = await askForMac(mac, region, context);
    if (id === undefined) throw error;
    return { ...(await discoverEni({ ...source, id, region }, openEc2, context)).eni, mac };
  }
}

async function askForMac(mac: string, region: string, context: CallContext): Promise<string | undefined> {
  try {
    const { describeEnis } = await openSession(() => import('../eni/sdk.ts'), region, context);
    const [found, ...more] = await describeEnis('mac-address', mac);
    return more.length === 0 ? found?.NetworkInterfaceId : undefined;
  } catch (error) {
    throw toFailure(error, `find the ENI of ${mac}`);
  }
}

/** @throws Failure for an address that can never float there: outside of the subnet, or the ENI's own. */
export function checkAddresses(addresses: readonly string[], { id, cidrs, primary }: Eni): void {
  const spans = cidrs.flatMap((cidr) => parseSpan(cidr) ?? []);
  for (const text of addresses) {
    const address = parseAddress(text);
    if (!address || !spans.some((span) => contains(span, address)))
      throw refusal(text, `the subnet of ${id} is ${cidrs.join(' and ')}`);
    if (text === primary) throw refusal(text, `it is the primary address of ${id}, which never moves`);
  }
}

const refusal = (address: string, reason: string): Failure =>
  new Failure('invalid-config', `cannot float ${address}: ${reason}`);
