/** How an invocation works, whatever its verb: where the state is, how long it may take, where it logs. */
import type { LogTarget } from '../log.ts';
import { type IpamInput, salvageIpam } from './schema.ts';

export interface Settings {
  readonly dataDir: string;
  /** What one invocation may take in all. */
  readonly timeoutMs: number;
  /** What a DEL does when EC2 does not take the address off: fail, or leave it for later. */
  readonly onReleaseFailure: 'error' | 'defer';
  readonly log: LogTarget;
}

/**
 * Reads the settings and never fails: what is not well-formed has its default. A DEL needs no more
 * than this, so that no configuration, however broken, keeps a pod from going.
 */
export function readSettings(json: unknown): Settings {
  const { dataDir, eni, logFile, logLevel }: Partial<IpamInput> = salvageIpam(json);
  return {
    dataDir: dataDir || '/var/lib/cni/eni-local',
    timeoutMs: (eni?.timeout ?? 30) * 1000,
    onReleaseFailure: eni?.onReleaseFailure ?? 'error',
    log: { level: logLevel ?? 'warn', file: logFile || undefined },
  };
}
