/** `eni-local doctor`: says, line by line, what would keep an ADD from working. */
import { examine } from '../doctor/doctor.ts';
import { type Finding, problem } from '../doctor/finding.ts';
import { EC2 } from '../eni/ec2.ts';
import { Failure } from '../errors.ts';
import type { World } from '../world.ts';
import type { Answer } from './answer.ts';
import { readNetworks } from './config-file.ts';
import { COMMON, readOptions, UsageError } from './options.ts';
import { wrap } from './wrap.ts';

export const HELP = `Usage: eni-local doctor CONFIG [--json] [--data-dir DIR]

Says, line by line, what would keep an ADD with this configuration on this node from working, and
what to do about it. CONFIG is a network configuration, a list of plugins or a
NetworkAttachmentDefinition, in JSON or YAML. Run it on the node, as root. It changes nothing:
whether the role of the node may assign addresses is tried with one that EC2 assigns to nobody.

  ✓  fine      !  worth a look, yet an ADD works      ✗  an ADD fails

Exit status: 0 when nothing keeps an ADD from working, a "!" included; 1 when something does; 2 for
wrong use.

  --data-dir DIR   looks at this state directory, not at the configuration's (ENI_LOCAL_DATA_DIR)
  --json           prints JSON instead of text
  --help           prints this
`;

/** A finding and the network that it is about, when there is one. */
type Found = Finding & { readonly network?: string };

export async function runDoctor(words: readonly string[], world: World): Promise<Answer> {
  const { values: options, positionals } = readOptions(words, COMMON, 1);
  if (options.help) return { stdout: HELP, status: 0 };
  const [file] = positionals;
  if (file === undefined) throw new UsageError('doctor needs the configuration that it is to look at');
  const found = await examineFile(file, options['data-dir'] ?? world.env['ENI_LOCAL_DATA_DIR'], world);
  return {
    stdout: options.json ? `${JSON.stringify(found, undefined, 2)}\n` : print(found),
    status: found.some(({ verdict }) => verdict === 'problem') ? 1 : 0,
  };
}

async function examineFile(
  file: string,
  directory: string | undefined,
  world: World,
): Promise<readonly Found[]> {
  try {
    const all: Found[] = [];
    for (const network of readNetworks(file)) {
      const findings = await examine(network, directory, EC2, world);
      all.push(...findings.map((finding) => ({ network: network.name, ...finding })));
    }
    return all;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [problem('configuration', error.message, 'Name a file that holds a configuration for eni-local.')];
  }
}

const SIGNS: Readonly<Record<Finding['verdict'], string>> = { ok: '✓', warning: '!', problem: '✗' };
const INDENT = '    ';

function print(found: readonly Found[]): string {
  let network: string | undefined;
  let text = '';
  for (const one of found) {
    if (one.network !== undefined && one.network !== network) {
      text += `${network === undefined ? '' : '\n'}Network ${one.network}\n`;
      network = one.network;
    }
    text += wrap(`${one.check}: ${one.message}`, `${SIGNS[one.verdict]} `, INDENT);
    for (const advice of one.advice?.split('\n') ?? []) text += wrap(advice, `${INDENT}→ `, `${INDENT}  `);
  }
  return `${text}\n${sumUp(found)}\n`;
}

function sumUp(found: readonly Found[]): string {
  const count = (verdict: Finding['verdict']): number =>
    found.filter((one) => one.verdict === verdict).length;
  const problems = count('problem');
  const warnings = count('warning');
  const look = warnings === 0 ? '' : `, ${warnings} worth a look`;
  if (problems === 0) return `Nothing keeps an ADD from working${look}.`;
  return `${problems === 1 ? '1 problem keeps' : `${problems} problems keep`} an ADD from working${look}.`;
}
