/** A bed: cases that need something of the machine. Without it they are skipped, and fail where CI runs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';

export interface Needs {
  /** Files of Debian packages. */
  readonly files?: readonly string[];
  /** Kinds of links that the running kernel must have. */
  readonly links?: readonly string[];
}

export function bed(name: string, needs: Needs, cases: () => void): void {
  const lack = findLack(needs);
  if (lack === undefined) describe(name, cases);
  else if (process.env['CI'] !== 'true') describe(name, { skip: lack }, cases);
  else test(name, () => assert.fail(`CI needs all beds, and here ${lack}`));
}

function findLack({ files = [], links = [] }: Needs): string | undefined {
  if (process.env['BED'] === undefined) return 'it is not run by scripts/e2e, which makes its namespaces';
  const file = files.find((path) => !existsSync(path));
  if (file !== undefined) return `there is no ${file}`;
  const link = links.find((kind) => !kernelHas(kind));
  return link === undefined ? undefined : `the kernel has no ${link}`;
}

function kernelHas(kind: string): boolean {
  // A parent is asked for by some kinds only, but tolerated by all that are asked for here.
  const parent = kind === 'macvlan' ? ['link', 'probe0'] : [];
  const ip = (...words: string[]) => execFileSync('ip', words, { stdio: 'ignore' });
  try {
    ip('link', 'add', 'probe0', 'type', 'veth', 'peer', 'name', 'probe1');
    ip('link', 'add', 'probe2', ...parent, 'type', kind);
    return true;
  } catch {
    return false;
  } finally {
    for (const link of ['probe2', 'probe0']) {
      try {
        ip('link', 'delete', link);
      } catch {
        // It was not made.
      }
    }
  }
}
