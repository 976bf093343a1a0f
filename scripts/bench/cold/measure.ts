/** One call at a time: what a pod costs, beside host-local and beside a program that does nothing. */
import { defaultSeed } from '../../../test/aws/cloud/seed.ts';
import { CERTIFICATE, serveTls } from '../../../test/tls/serve-tls.ts';
import { call, networkOf, type Plugin, type Verb } from '../call.ts';
import { emptyExecutable, emptyScript, NODE } from '../empty.ts';
import { Emulator } from '../emulator.ts';
import { type Measured, runMeasured } from '../measured.ts';
import { Folder, Interfaces } from '../place.ts';
import { builds, hostLocal, type Program } from '../programs.ts';
import type { Tell } from '../report.ts';
import { median, rotated } from '../statistics.ts';

export interface ColdPlan {
  readonly rounds: number;
}

/** What is measured: a call of a plugin, or the start of a program that does nothing. */
export interface Case {
  readonly program: string;
  readonly verb: Verb | 'start';
  /** How it calls EC2, once, if it does. */
  readonly ec2?: 'plain' | 'tls';
}

/** Medians over the rounds. */
export interface ColdRow extends Case {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakMib: number;
}

export interface ColdFigures {
  readonly rounds: number;
  readonly rows: readonly ColdRow[];
}

export const EMPTY_SCRIPT = 'empty script, run by node';
export const EMPTY_EXECUTABLE = 'empty script, packed';

/** Things that are run one after the other in each round: a pod that has come must go. */
type Unit = readonly (Case & { readonly run: (container: string) => Promise<Measured> })[];

const RANGE = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.199' };

export async function measureCold({ rounds }: ColdPlan, tell: Tell): Promise<ColdFigures> {
  using folder = new Folder();
  using interfaces = new Interfaces();
  const [first, second] = interfaces.pair;
  await using emulator = await Emulator.start(defaultSeed({ primary: first.mac, secondary: second.mac }));
  const plain = emulator.environment;
  using secure = await serveTls(plain['AWS_ENDPOINT_URL_EC2'] ?? '');
  const tls = { ...plain, AWS_ENDPOINT_URL_EC2: secure.url, NODE_EXTRA_CA_CERTS: CERTIFICATE };
  const units = [...startUnits(), ...pluginUnits(folder, second.name, { plain, tls })];

  // The first round finds the ENI and warms the page cache.
  await Promise.all(units.map((unit) => runUnit(unit, 'warm', () => {})));
  await emulator.takeJournal();

  const runs = new Map<Case, Measured[]>();
  for (let round = 0; round < rounds; round++) {
    tell(`round ${round + 1} of ${rounds}`);
    for (const unit of rotated(units, round)) {
      await runUnit(unit, `pod-${round}`, (one, measured) =>
        runs.set(one, [...(runs.get(one) ?? []), measured]),
      );
    }
  }
  const made = (await emulator.takeJournal()).length;
  const meant = rounds * units.flat().filter(({ ec2 }) => ec2 !== undefined).length;
  if (made !== meant) throw new Error(`EC2 was called ${made} times, and not ${meant}`);
  return { rounds, rows: units.flat().map((one) => summarize(one, runs.get(one) ?? [])) };
}

async function runUnit(
  unit: Unit,
  container: string,
  note: (one: Case, measured: Measured) => void,
): Promise<void> {
  for (const one of unit) note(one, await one.run(container));
}

function summarize({ program, verb, ec2 }: Case, runs: readonly Measured[]): ColdRow {
  return {
    program,
    verb,
    ...(ec2 ? { ec2 } : {}),
    cpuMs: median(runs.map(({ cpuMs }) => cpuMs)),
    wallMs: median(runs.map(({ wallMs }) => wallMs)),
    peakMib: median(runs.map(({ peakMib }) => peakMib)),
  };
}

function startUnits(): readonly Unit[] {
  const commands = { [EMPTY_SCRIPT]: [NODE, emptyScript()], [EMPTY_EXECUTABLE]: [emptyExecutable()] };
  return Object.entries(commands).map(([program, command]) => [
    { program, verb: 'start', run: () => runMeasured(command) },
  ]);
}

/** The environment in which EC2 is found, by the way that leads to it. */
type Ways = Readonly<Record<NonNullable<Case['ec2']>, Readonly<Record<string, string>>>>;

function pluginUnits(folder: Folder, master: string, ways: Ways): Unit[] {
  const unit = ({ name, executable }: Program, type: string, ec2?: Case['ec2']): Unit => {
    const dataDir = folder.at(`state of ${name}, ${ec2 ?? 'no EC2'}`);
    const ipam = { type, dataDir, ranges: [[RANGE]] };
    const network =
      ec2 || type === 'host-local'
        ? networkOf(ipam, { master })
        : networkOf({ ...ipam, eni: { assign: false } });
    const plugin: Plugin = { executable, network, netns: folder.netns, env: ec2 ? ways[ec2] : {} };
    return (['ADD', 'DEL'] as const).map((verb) => ({
      program: name,
      verb,
      ...(ec2 ? { ec2 } : {}),
      run: (container) => call(plugin, verb, container),
    }));
  };
  return [
    unit(hostLocal(), 'host-local'),
    ...builds().flatMap((build) => [
      unit(build, 'eni-local'),
      unit(build, 'eni-local', 'plain'),
      unit(build, 'eni-local', 'tls'),
    ]),
  ];
}
