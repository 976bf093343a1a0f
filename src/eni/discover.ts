/** Looks up the ENI that a configuration means: in IMDS by the MAC of the host interface, or in EC2 by its id. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EniSource } from '../config/allocation.ts';
import { errorCode, errorMessage, Failure } from '../errors.ts';
import type { Eni } from '../model.ts';
import type { CallContext } from '../run.ts';
import { type OpenCloud, toFailure } from './cloud.ts';
import { type Imds, imdsOf } from './imds.ts';
import { type List, readList } from './imds-addresses.ts';

/** An ENI as it was just found, with what it holds beside its primary address. */
export interface Discovery {
  readonly eni: Eni;
  readonly listed: readonly string[];
}

/** What the ENI is known by: its id when the configuration gives that, else the MAC of the host interface. */
export const keyOf = ({ id, interface: name = '' }: EniSource): string => id ?? readMac(name);

/** @throws Failure `no-eni` when there is none, `try-again` or `denied` when nobody tells. */
export async function discoverEni(
  source: EniSource,
  openCloud: OpenCloud,
  run: CallContext,
): Promise<Discovery> {
  const imds = imdsOf(run);
  const region = (): Promise<string> => regionOf(source.region, run);
  if (source.id) return await describeEni(source.id, await region(), openCloud, run);
  return await lookUpMac(imds, source.interface ?? '', keyOf(source), region);
}

/**
 * The region of EC2: the given one, else the environment's, else that of the instance.
 * @throws Failure `try-again` when nobody tells.
 */
export const regionOf = async (given: string | undefined, run: CallContext): Promise<string> =>
  given ?? (run.world.env['AWS_REGION'] || (await required(imdsOf(run), 'placement/region')));

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
  const [subnet, ipv4, ipv6, [primary, ...secondaries], others, place] = await Promise.all([
    required(imds, at('subnet-id')),
    imds.get(at('subnet-ipv4-cidr-block')),
    imds.get(at('subnet-ipv6-cidr-blocks')),
    readList(imds, mac, 'local-ipv4s'),
    readLists(imds, mac, ['ipv6s', 'ipv4-prefix', 'ipv6-prefix']),
    region(),
  ]);
  const cidrs = [ipv4, ipv6].flatMap((lines) => lines?.split('\n') ?? []).filter((line) => line !== '');
  if (cidrs.length === 0) throw missing(at('subnet-ipv4-cidr-block'));
  const facts = { region: place, subnet, mac, cidrs, ...(primary === undefined ? {} : { primary }) };
  return { eni: { id: checkId(id), ...facts }, listed: [...secondaries, ...others] };
}

const readLists = async (imds: Imds, mac: string, lists: readonly List[]): Promise<readonly string[]> =>
  (await Promise.all(lists.map((list) => readList(imds, mac, list)))).flat();

async function describeEni(
  id: string,
  region: string,
  openCloud: OpenCloud,
  run: CallContext,
): Promise<Discovery> {
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
