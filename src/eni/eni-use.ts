/** Whether an ENI is in use: what of it may be taken over, and why not. */

/** By whom an ENI is used, as EC2 tells. */
export interface EniUse {
  /** `available` when it is attached to nothing, else `in-use`, `attaching` and so on. */
  readonly status: string;
  /** What it is attached to, or about to be attached to or detached from. */
  readonly instance?: InstanceUse;
  /** What it holds beside its primary address, prefixes included. */
  readonly secondaries: readonly string[];
}

export interface InstanceUse {
  readonly id: string;
  /** `running`, `stopped` and so on; absent when EC2 does not show the instance. */
  readonly state?: string;
  /** It may be hibernated: then it is stopped, and its pods live on where they were. */
  readonly hibernates: boolean;
}

/**
 * States in which nothing on an instance runs. In `stopping` and `shutting-down` the operating system
 * may still do so, its pods included, and `pending` is about to (EC2 guide, "Instance lifecycle").
 */
const AT_REST: ReadonlySet<string> = new Set(['stopped', 'terminated']);

/** How the ENI is used; undefined when it is out of use for certain. */
export function describeUse({ status, instance }: EniUse): string | undefined {
  if (!instance) return status === 'available' ? undefined : `its status is ${status}`;
  const { id, state, hibernates } = instance;
  if (state === undefined) return `it is attached to ${id}, whose state EC2 does not tell`;
  if (!AT_REST.has(state)) return `it is attached to ${id}, which is ${state}`;
  return hibernates ? `it is attached to ${id}, which is ${state} and may wake from hibernation` : undefined;
}
