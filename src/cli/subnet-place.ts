/** Which subnet a person means: by its id, or by what is in it. */
import { toFailure } from '../eni/cloud.ts';
import { discoverEni, regionOf } from '../eni/discover.ts';
import { openEc2 } from '../eni/ec2-client.ts';
import { openEc2Survey, type Surveyor } from '../eni/survey.ts';
import { Failure } from '../errors.ts';
import type { Run } from '../run.ts';
import { UsageError } from './options.ts';

/** The subnet itself, or a host interface of this node or an ENI that is in it. */
export type Place = { readonly subnet: string } | { readonly interface: string } | { readonly eni: string };

interface Options {
  readonly subnet?: string | undefined;
  readonly interface?: string | undefined;
  readonly eni?: string | undefined;
}

/** @throws UsageError when none or several are given. */
export function readPlace({ subnet, interface: name, eni }: Options): Place {
  const [place, ...more] = [
    ...(subnet === undefined ? [] : [{ subnet }]),
    ...(name === undefined ? [] : [{ interface: name }]),
    ...(eni === undefined ? [] : [{ eni }]),
  ];
  if (place && more.length === 0) return place;
  throw new UsageError('one of --subnet, --interface and --eni is needed');
}

/**
 * The subnet's id, and EC2 in its region.
 * @throws Failure when the region, the interface or the ENI is not known.
 */
export async function findSubnet(
  place: Place,
  region: string | undefined,
  run: Run,
): Promise<{ readonly survey: Surveyor; readonly subnet: string }> {
  if ('interface' in place) {
    const { eni } = await discoverEni({ ...place, ...(region ? { region } : {}) }, openEc2, run);
    return { survey: await openEc2Survey(eni.region, run), subnet: eni.subnet };
  }
  const survey = await openEc2Survey(await findRegion(region, run), run);
  return { survey, subnet: 'subnet' in place ? place.subnet : await subnetOf(place.eni, survey) };
}

async function subnetOf(eni: string, survey: Surveyor): Promise<string> {
  try {
    return (await survey.eni(eni)).subnet;
  } catch (error) {
    throw toFailure(error, `look up ${eni}`);
  }
}

/** People have the AWS CLI's variable, too. */
async function findRegion(given: string | undefined, run: Run): Promise<string> {
  const { AWS_REGION: own, AWS_DEFAULT_REGION: usual } = run.world.env;
  try {
    return await regionOf(given || own || usual || undefined, run);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const message = `cannot tell the region, give --region: ${error.message}`;
    throw new Failure(error.kind, message, { cause: error });
  }
}
