/** The programs that are measured side by side, as far as they are there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HOST_LOCAL } from '../../test/host-local/plugin.ts';
import { EXECUTABLE } from '../../test/integration/node.ts';

export interface Program {
  readonly name: string;
  readonly executable: string;
}

const BUN = fileURLToPath(new URL('../../dist/eni-local-bun', import.meta.url));

export const ENI_LOCAL: Program = { name: 'eni-local', executable: EXECUTABLE };

/** Every build of the plugin that there is: on Node, and on Bun after `npm run build -- --runtime bun`. */
export const builds = (): readonly Program[] => [
  ENI_LOCAL,
  ...(existsSync(BUN) && BUN !== EXECUTABLE ? [{ name: 'eni-local on Bun', executable: BUN }] : []),
];

/** @throws Error that names the package to install. */
export function hostLocal(): Program {
  if (existsSync(HOST_LOCAL)) return { name: 'host-local', executable: HOST_LOCAL };
  throw new Error(`There is no ${HOST_LOCAL} to compare with: install containernetworking-plugins`);
}

/** A path of this tree as its readers know it. */
export const repositoryFile = (path: string): string =>
  join(fileURLToPath(new URL('../..', import.meta.url)), path);
