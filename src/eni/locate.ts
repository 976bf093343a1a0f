/** Finds the ENI that a configuration means, and remembers it for the boot. */
import { isDeepStrictEqual } from 'node:util';
import type { EniSource } from '../config/allocation.ts';
import type { Eni, State } from '../model.ts';
import type { Run } from '../run.ts';
import { addMarks, rememberEni } from '../state.ts';
import type { OpenCloud } from './cloud.ts';
import { discoverEni, keyOf } from './discover.ts';
import { unexplainedAmong, unexplainedMarks } from './sighting.ts';

/** How long a list that EC2 gave of an ENI is believed, where no IMDS is there to look again. */
const LISTED_MS = 10 * 60_000;

/**
 * By the MAC of the host interface in IMDS; by its id from EC2 when the configuration gives that.
 * What was found once is remembered until the machine goes down, as far as it `suits`: a subnet may
 * have got an IPv6 CIDR since.
 * @throws Failure `no-eni` when there is none, `try-again` or `denied` when nobody tells.
 */
export async function locateEni(
  source: EniSource,
  suits: (eni: Eni) => boolean,
  openCloud: OpenCloud,
  run: Run,
): Promise<Eni> {
  const key = keyOf(source);
  const known = recall(source, key, run.store.read(), run);
  if (known && suits(known)) return known;

  const { eni, listed } = await discoverEni(source, openCloud, run);
  const boot = run.world.bootId();
  await run.store.transact((state, now) => {
    const { since: _, ...before } = state.enis[key] ?? {};
    const isKnown = recall(source, key, state, run) && isDeepStrictEqual(before, { ...eni, boot });
    if (isKnown) return { state, value: undefined };
    const next = rememberEni(state, key, { ...eni, boot, since: now });
    const unexplained = unexplainedAmong(listed, next, eni, now);
    return { state: addMarks(next, unexplainedMarks(unexplained, eni, now)), value: undefined };
  });
  return eni;
}

/** What is remembered, if it is of this boot and of the region that is meant. */
function recall({ id, region }: EniSource, key: string, { enis }: State, { world }: Run): Eni | undefined {
  const { [key]: known } = enis;
  const boot = world.bootId();
  if (!known || boot === '' || known.boot !== boot) return undefined;
  if (known.region !== (region ?? (world.env['AWS_REGION'] || known.region))) return undefined;
  const isRecent = Math.abs(world.now() - known.since) < LISTED_MS;
  return id === undefined || isRecent ? known : undefined;
}
