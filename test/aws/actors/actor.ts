/** Whoever else works in the account: what they do, and how often. */

export type Actor = {
  /** Time between two steps, and before the first one. */
  readonly everyMs: number;
  /** How many steps; without end, when not given. */
  readonly times?: number;
} & (
  | {
      /** Has EC2 choose addresses and prefixes for an ENI, and gives them back later. */
      readonly kind: 'vpc-cni';
      readonly eniId: string;
      /** How many of each in one step. */
      readonly addresses?: number;
      readonly prefixes?: number;
      /** How long it keeps them; for ever, when not given. */
      readonly keepMs?: number;
    }
  | {
      /** Takes one address from another ENI of the same subnet with AllowReassignment. */
      readonly kind: 'mover';
      readonly eniId: string;
      /** Which ones it is after; any, when not given. */
      readonly addresses?: readonly string[];
    }
  | {
      /** Detaches or deletes an ENI; IMDS may go on showing it. */
      readonly kind: 'detacher' | 'remover';
      readonly eniId: string;
      readonly lingers?: boolean;
    }
);
