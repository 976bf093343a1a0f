/** Finds the ENI that a configuration means, and what allocation has to know about it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { EniSource } from '../config/allocation.ts';
import { errorCode, errorMessage, Failure } from '../errors.ts';
import type { Eni, State } from '../model.ts';
import type { Run } from '../run.ts';
import { addMarks, rememberEni } from '../state.ts';
import { type OpenCloud, toFailure } from './cloud.ts';
import { type Imds, openImds } from './imds.ts';
import { listAddresses } from './imds-addresses.ts';
import { unexplainedAmong, unexplainedMarks } from './sighting.ts';

/** How long a list that EC2 gave of an ENI is believed, where no IMDS is there to look again. */
const LISTED_MS = 10 * 60_000;

/** An ENI as it was just found, with what it holds beside its primary address. */
interface Discovery {
  readonly eni: Eni;
  readonly listed: readonly string[];
}

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
  const key = source.id ?? readMac(source.interface ?? '');
  const known = recall(source, key, run.store.read(), run);
  if (known && suits(known)) return known;

  const { eni, listed } = await discover(source, key, openCloud, run);
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

async function discover(source: EniSource, key: string, openCloud: OpenCloud, run: Run): Promise<Discovery> {
  const imds = openImds(run.world, run.deadline);
  const region = async (): Promise<string> =>
    source.region ?? (run.world.env['AWS_REGION'] || (await required(imds, 'placement/region')));
  if (source.id) return await describeEni(source.id, await region(), openCloud, run);
  return await lookUpMac(imds, source.interface ?? '', key, region);
}

async function lookUpMac(
  imds: Imds,
  name: string,
  mac: string,
  region: () => Promise<string>,
): Promise<Discovery> {
  const at = (field: string): string => `network/interfaces/macs/${mac}/${field}`;
  const id = await imds.get(at('interface-id'));
  if (id === undefined) {
    const macs = (await imds.get('network/interfaces/macs/'))?.replaceAll(/\/?\s+/g, ', ').replace(/\/$/, '');
    throw new Failure(
      'no-eni',
      `no ENI for interface ${name}: its MAC is ${mac}, and IMDS lists ${macs ?? 'none'}`,
    );
  }
  const [subnet, ipv4, ipv6, [primary, ...secondaries], addresses, place] = await Promise.all([
    required(imds, at('subnet-id')),
    imds.get(at('subnet-ipv4-cidr-block')),
    imds.get(at('subnet-ipv6-cidr-blocks')),
    listAddresses(imds, mac, 4),
    listAddresses(imds, mac, 6),
    region(),
  ]);
  const cidrs = [ipv4, ipv6].flatMap((lines) => lines?.split('\n') ?? []).filter((line) => line !== '');
  if (cidrs.length === 0) throw missing(at('subnet-ipv4-cidr-block'));
  const facts = { region: place, subnet, mac, cidrs, ...(primary === undefined ? {} : { primary }) };
  return { eni: { id: checkId(id), ...facts }, listed: [...secondaries, ...addresses] };
}

async function describeEni(id: string, region: string, openCloud: OpenCloud, run: Run): Promise<Discovery> {
  try {
    const cloud = await openCloud(region, run);
    const { secondaries: listed, ...facts } = await cloud.describeEni(id);
    return { eni: { id, region, ...facts }, listed };
  } catch (error) {
    throw toFailure(error, `look up ${id}`);
  }
}

/** The MAC of a host interface. A VLAN or bond on an ENI has the ENI's. */
function readMac(name: string): string {
  if (!/^[^/:\s]{1,15}$/.test(name) || name === '.' || name === '..') {
    throw new Failure('invalid-config', `cannot use "${name}" as the name of a host interface`);
  }
  try {
    return readFileSync(join('/sys/class/net', name, 'address'), 'utf8')
      .trim()
      .toLowerCase();
  } catch (error) {
    const reason = errorCode(error) === 'ENOENT' ? 'this host has no such interface' : errorMessage(error);
    throw new Failure('no-eni', `no ENI for interface ${name}: ${reason}`, { cause: error });
  }
}

async function required(imds: Imds, path: string): Promise<string> {
  const text = await imds.get(path);
  if (text !== undefined && text !== '') return text;
  throw missing(path);
}

const missing = (path: string): Failure =>
  new Failure('try-again', `cannot use what the instance metadata service says: ${path} is missing`);

/** The id becomes part of file names. */
function checkId(id: string): string {
  if (/^eni-[0-9a-f]+$/.test(id)) return id;
  throw new Failure('no-eni', `cannot use what the instance metadata service says: "${id}" is no ENI id`);
}
