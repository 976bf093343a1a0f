/** Says what would keep an ADD with a configuration from working. Nothing on the node or in EC2 changes. */
import type { UsableSet } from '../allocator/subnet.ts';
import type { Network } from '../cni/network.ts';
import type { Allocation, EniSource } from '../config/allocation.ts';
import { readSettings } from '../config/settings.ts';
import type { Ec2 } from '../eni/ec2.ts';
import type { CidrReservation, SeenEni, Survey } from '../eni/survey.ts';
import type { Eni } from '../model.ts';
import { FAMILIES, type Family } from '../net/address.ts';
import { openRun, type Run } from '../run.ts';
import type { World } from '../world.ts';
import { type Asked, ask, checkAccess } from './access.ts';
import { checkConfiguration } from './configuration.ts';
import { checkEni } from './eni.ts';
import { type Finding, problem, warning } from './finding.ts';
import { checkMetadata, readInstanceType } from './metadata.ts';
import { checkNeighbours } from './neighbours.ts';
import { checkDescribe, checkPermissions, checkStale } from './permissions.ts';
import { checkPrefixes } from './prefixes.ts';
import { checkRanges } from './ranges.ts';
import { checkReservations } from './reservations.ts';
import { checkReserved } from './reserved.ts';
import { checkRoom } from './room.ts';
import { checkStateDirectory } from './state-directory.ts';
import { checkVpcCni } from './vpc-cni.ts';

/** A person waits longer than a kubelet. */
const TIMEOUT_MS = 120_000;

/** Looks at one network. `directory` takes the place of the state directory that it configures. */
export async function examine(
  network: Network,
  directory: string | undefined,
  ec2: Ec2,
  world: World,
): Promise<readonly Finding[]> {
  const settings = readSettings(network.json);
  const dataDir = directory ?? settings.dataDir;
  const run = openRun({ ...settings, dataDir, timeoutMs: TIMEOUT_MS }, { command: 'doctor' }, world);
  const { finding, allocation } = checkConfiguration(network);
  const local = [
    finding,
    ...checkOverride(dataDir, settings.dataDir),
    ...checkStateDirectory(dataDir, world),
  ];
  if (!allocation?.eni) return local;
  return [...local, ...(await examineEni(allocation, allocation.eni, ec2, run))];
}

function checkOverride(dataDir: string, configured: string): readonly Finding[] {
  if (dataDir === configured) return [];
  const message = `${dataDir} was looked at, but an ADD would use ${configured}`;
  return [warning('state directory', message, 'Leave --data-dir and ENI_LOCAL_DATA_DIR out.')];
}

async function examineEni(
  allocation: Allocation,
  source: EniSource,
  ec2: Ec2,
  run: Run,
): Promise<readonly Finding[]> {
  const metadata = await checkMetadata(run);
  const { findings: found, eni } = await checkEni(source, ec2.openCloud, run);
  // Without IMDS the ENI may be found by its id, and credentials elsewhere.
  const imds =
    metadata.verdict === 'problem' && eni ? { ...metadata, verdict: 'warning' as const } : metadata;
  if (!eni) {
    return [
      imds,
      ...found,
      warning('EC2', 'not asked: it is not known about which ENI', 'See the lines above.'),
    ];
  }
  const survey = await ec2.openSurvey(eni.region, run);
  const enis = await ask(run, () => survey.enisIn(eni.subnet));
  const access = checkAccess(eni.region, enis);
  const { ranges, fixed } = allocation;
  if (access.some(({ verdict }) => verdict === 'problem')) {
    const fit = ranges.kind === 'given' ? checkRanges(ranges.sets, eni).findings : [];
    const rest = warning('EC2', 'permissions, subnet and ENI were not checked', 'See the line above.');
    return [imds, ...found, ...fit, ...access, rest];
  }
  const reserved = await ask(run, () => survey.reservationsIn(eni.subnet));
  const { findings: fit, sets = [] } =
    ranges.kind === 'given'
      ? checkRanges(ranges.sets, eni)
      : checkReserved(ranges.pick, fixed, reserved, eni);
  const seen = { eni, enis, reserved, survey };
  return [imds, ...found, ...fit, ...access, ...(await examineEc2(allocation, sets, seen, ec2, run))];
}

/** What EC2 says of the ENI and its subnet, and whom to ask more. */
interface Seen {
  readonly eni: Eni;
  readonly enis: Asked<readonly SeenEni[]>;
  readonly reserved: Asked<readonly CidrReservation[]>;
  readonly survey: Survey;
}

async function examineEc2(
  { ranges, reassign, delegation }: Allocation,
  sets: readonly UsableSet[],
  seen: Seen,
  { openCloud }: Ec2,
  run: Run,
): Promise<readonly Finding[]> {
  const { eni, enis } = seen;
  const configured = ranges.kind === 'given' ? ranges.sets : sets.map((set) => set.ranges);
  const families = FAMILIES.filter((family) => configured.some(([range]) => range?.first.family === family));
  const own = familiesOf(families, eni);
  const cloud = await openCloud(eni.region, run);
  const stale = reassign === 'stale' ? [checkStale(await ask(run, () => cloud.useOf(eni.id)))] : [];
  return [
    checkDescribe(families, enis),
    ...(await checkPermissions(own, eni, cloud, run)),
    ...stale,
    ...(await examineSubnet(sets, own, delegation !== undefined, seen, run)),
  ];
}

/** Families that the subnet has: a set of another one is a problem of the ranges. */
const familiesOf = (families: readonly Family[], { cidrs }: Eni): readonly Family[] =>
  families.filter((family) => cidrs.some((cidr) => cidr.includes(':') === (family === 6)));

async function examineSubnet(
  sets: readonly UsableSet[],
  families: readonly Family[],
  isByPrefix: boolean,
  { eni, enis, reserved: reservations, survey }: Seen,
  run: Run,
): Promise<readonly Finding[]> {
  const reserved = sets.length === 0 ? [] : checkReservations(sets, eni, reservations);
  if ('error' in enis) {
    const advice = 'It takes ec2:DescribeNetworkInterfaces.';
    const message = `the tags of ${eni.id}, its room and its neighbours are not known`;
    return [...reserved, warning('subnet', message, advice)];
  }
  const seen = enis.value.find(({ id }) => id === eni.id);
  if (!seen) {
    const advice = 'IMDS lags for a while when an ENI was detached: wait, or attach it again.';
    return [...reserved, problem('ENI', `EC2 shows no ${eni.id} in ${eni.subnet}`, advice)];
  }
  return [
    ...reserved,
    checkVpcCni(seen),
    ...(await examineRoom(families, seen, survey, run)),
    ...(isByPrefix ? checkPrefixes(sets, eni, enis.value) : []),
    ...checkNeighbours(sets, eni, enis.value, isByPrefix),
  ];
}

async function examineRoom(
  families: readonly Family[],
  eni: SeenEni,
  survey: Survey,
  run: Run,
): Promise<readonly Finding[]> {
  const type = await readInstanceType(run);
  if (type === undefined) {
    const message = `not known: only IMDS tells the type of this instance`;
    return [warning('room on the ENI', message, 'Look up "IP addresses per network interface" of the type.')];
  }
  return checkRoom(families, eni, type, await ask(run, () => survey.limitsOf(type)));
}
