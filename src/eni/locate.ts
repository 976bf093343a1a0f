/** Finds the ENI that a configuration means, and what allocation has to know about it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EniSource } from '../config/allocation.ts';
import { errorCode, errorMessage, Failure } from '../errors.ts';
import type { Eni } from '../model.ts';
import type { Run } from '../run.ts';
import { type OpenCloud, toFailure } from './cloud.ts';
import { type Imds, openImds } from './imds.ts';

/**
 * By the MAC of the host interface in IMDS; by its id from EC2 when the configuration gives that.
 * @throws Failure `no-eni` when there is none, `try-again` or `denied` when nobody tells.
 */
export async function locateEni(source: EniSource, openCloud: OpenCloud, run: Run): Promise<Eni> {
  const imds = openImds(run.world, run.deadline);
  const region = async (): Promise<string> =>
    source.region ?? (run.world.env['AWS_REGION'] || (await required(imds, 'placement/region')));
  if (source.id) return await describeEni(source.id, await region(), openCloud, run);
  const name = source.interface ?? '';
  return await lookUpMac(imds, name, readMac(name), region);
}

async function lookUpMac(imds: Imds, name: string, mac: string, region: () => Promise<string>): Promise<Eni> {
  const at = (field: string): string => `network/interfaces/macs/${mac}/${field}`;
  const id = await imds.get(at('interface-id'));
  if (id === undefined) {
    const macs = (await imds.get('network/interfaces/macs/'))?.replaceAll(/\/?\s+/g, ', ').replace(/\/$/, '');
    throw new Failure(
      'no-eni',
      `no ENI for interface ${name}: its MAC is ${mac}, and IMDS lists ${macs ?? 'none'}`,
    );
  }
  const [subnet, cidr, addresses, place] = await Promise.all([
    required(imds, at('subnet-id')),
    required(imds, at('subnet-ipv4-cidr-block')),
    required(imds, at('local-ipv4s')),
    region(),
  ]);
  const [primary = '', ...secondaries] = addresses.split('\n').filter((line) => line !== '');
  return { id: checkId(id), region: place, subnet, mac, cidr, primary, secondaries };
}

async function describeEni(id: string, region: string, openCloud: OpenCloud, run: Run): Promise<Eni> {
  try {
    const cloud = await openCloud(region, run);
    return { id, region, ...(await cloud.describeEni(id)) };
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
  throw new Failure('try-again', `cannot use what the instance metadata service says: ${path} is missing`);
}

/** The id becomes part of file names. */
function checkId(id: string): string {
  if (/^eni-[0-9a-f]+$/.test(id)) return id;
  throw new Failure('no-eni', `cannot use what the instance metadata service says: "${id}" is no ENI id`);
}
