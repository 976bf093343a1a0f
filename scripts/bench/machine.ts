/** What the figures were measured on, and of which versions. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release } from 'node:os';
import { ENI_LOCAL, hostLocal } from './programs.ts';

export interface Machine {
  /** The day of the measurement. */
  readonly date: string;
  readonly cores: number;
  readonly cpu: string;
  readonly kernel: string;
  /** Processes that wanted a core in the minute before: what else was going on. */
  readonly load: number;
  readonly node: string;
  readonly eniLocal: string;
  readonly hostLocal: string;
}

export function describeMachine(): Machine {
  const [first, ...others] = cpus();
  const [load = 0] = loadavg();
  const [kernel = ''] = release().split('-');
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: others.length + 1,
    cpu: first?.model.replaceAll(/\s+/g, ' ').trim() ?? 'unknown CPU',
    kernel,
    load,
    node: process.versions.node,
    eniLocal: ownVersion(),
    hostLocal: packageVersion(hostLocal().executable),
  };
}

export const sentenceOf = ({ date, cores, cpu, kernel, load, ...versions }: Machine): string =>
  `Measured on ${date} on ${cores} × ${cpu}, Linux ${kernel}, load ${load.toFixed(1)} before; ` +
  `Node ${versions.node}, eni-local ${versions.eniLocal}, host-local ${versions.hostLocal}.`;

function ownVersion(): string {
  const told = execFileSync(ENI_LOCAL.executable, ['version'], { encoding: 'utf8', env: {} });
  return /\d+\.\d+\.\d+\S*/.exec(told)?.[0] ?? 'of unknown version';
}

/** Debian's host-local does not know its own version, but its package does. */
function packageVersion(file: string): string {
  try {
    const [owner = ''] = execFileSync('dpkg-query', ['--search', file], { encoding: 'utf8' }).split(':');
    return execFileSync('dpkg-query', ['--show', '--showformat=${Version}', owner], { encoding: 'utf8' });
  } catch {
    return 'of unknown version';
  }
}
