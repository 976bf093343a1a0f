/** Calls of a CNI plugin, as a runtime makes them. */
import { type Measured, runMeasured } from './measured.ts';

/** How pods of a network get their addresses: one by one, or out of prefixes. */
export type Mode = 'address' | 'prefix';

export type Verb = 'ADD' | 'CHECK' | 'DEL';

/** A plugin with the network that it is called for. */
export interface Plugin {
  readonly executable: string;
  readonly network: Readonly<Record<string, unknown>>;
  /** Path of what stands for the pods' network namespace. */
  readonly netns: string;
  /** What is in its environment beside CNI's own variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A call that failed. */
export class CallFailed extends Error {
  /** CNI's “try again later”. */
  readonly mayBeTriedAgain: boolean;

  constructor(what: string, { stdout }: Measured) {
    super(`${what} failed: ${stdout}`);
    this.mayBeTriedAgain = /"code":\s*11\b/.test(stdout);
  }
}

/**
 * Runs one call and measures it. CHECK is given what ADD has `answered`.
 * @throws CallFailed: what fails is not measured.
 */
export async function call(
  { executable, network, netns, env }: Plugin,
  verb: Verb,
  container: string,
  answered?: Measured,
): Promise<Measured> {
  const environment = {
    CNI_COMMAND: verb,
    CNI_CONTAINERID: container,
    CNI_NETNS: netns,
    CNI_IFNAME: 'net1',
    CNI_PATH: '/opt/cni/bin',
    ...env,
  };
  const prevResult: unknown = answered ? JSON.parse(answered.stdout) : undefined;
  const done = await runMeasured([executable], environment, JSON.stringify({ ...network, prevResult }));
  if (done.status !== 0) throw new CallFailed(`${verb} of ${container} by ${executable}`, done);
  return done;
}

/** A network configuration with this IPAM. */
export const networkOf = (ipam: Readonly<Record<string, unknown>>, more: object = {}) => ({
  cniVersion: '1.0.0',
  name: 'bench',
  type: 'ipvlan',
  ...more,
  ipam,
});

/**
 * Waits for calls that run at the same time.
 * @throws the first one's error, when none of them runs any more.
 */
export async function allOf(calls: readonly Promise<Measured>[]): Promise<readonly Measured[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}
