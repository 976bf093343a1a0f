/** `eni-local version`: what this program is, and what it was built from. */
import { CNI_VERSIONS } from '../cni/versions.ts';
import { type Provenance, provenance, version } from '../version.ts';
import type { Answer } from './answer.ts';
import { COMMON, readOptions } from './options.ts';

export const HELP = `Usage: eni-local version [--json]

Prints the version, and what the program was built from: the commit, the SHA-256 of
package-lock.json, and the versions of its runtime and of the AWS SDK in it.

Exit status: 0, or 2 for wrong use.

  --json           prints JSON instead of text
  --help           prints this
`;

export async function runVersion(words: readonly string[]): Promise<Answer> {
  const { json, help } = COMMON;
  const { values: options } = readOptions(words, { json, help });
  if (options.help) return { stdout: HELP, status: 0 };
  if (!options.json) return { stdout: print(), status: 0 };
  const { node, bun, sdk, ...builtFrom }: Partial<Provenance> = provenance ?? {};
  const { commit } = builtFrom;
  const all = { name: 'eni-local', version, commit, node, bun, sdk, cniVersions: CNI_VERSIONS, builtFrom };
  return { stdout: `${JSON.stringify(all, undefined, 2)}\n`, status: 0 };
}

function print(): string {
  const { commit, modified, date, lock, node, bun, sdk }: Partial<Provenance> = provenance ?? {};
  const lines = [
    ['commit', commit && `${commit}${modified ? ', modified' : ''}${date ? ` (${date})` : ''}`],
    ['Node.js', node],
    ['Bun', bun],
    ['AWS SDK', sdk],
    ['CNI', CNI_VERSIONS.join(', ')],
    ['lock file', lock],
  ];
  const told = lines.flatMap(([name = '', value]) => (value ? `  ${name.padEnd(10)} ${value}\n` : []));
  return `eni-local ${version}\n${told.join('')}`;
}
