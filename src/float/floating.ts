/** One floating address: whether the interface has it, and what is to be done about it in EC2; pure. */

/**
 * - `take`: put it on our ENI.
 * - `look`: see whether it is still there. A call of the former owner may have landed after ours, since it
 *   was on its way when the address went from there.
 */
export type Task = 'take' | 'look';

/** All times are those of `World.elapsed`, in milliseconds. */
export interface Floating {
  readonly address: string;
  /** The interface has it. */
  readonly isPresent: boolean;
  /** When the kernel told so. */
  readonly noticed: number;
  /** A task of it is being done. */
  readonly isUnderWay: boolean;
  /** It went since that task began: what comes of it says nothing of now. */
  readonly isOutdated: boolean;
  readonly next?: { readonly task: Task; readonly at: number };
  /** Takes without success since it appeared. */
  readonly failures: number;
  /** Looks since it appeared. */
  readonly looks: number;
}

/** Who adds a group of addresses adds all within so much: they are for one call. */
export const GATHER_MS = 10;

/**
 * When to look after a take; a former owner's call is given up after 5 s. Each look may lead to another take, and
 * there are no more looks until the address appears anew: two owners take it from each other so many times
 * at most, and the one on which it appeared last has it in the end.
 */
const LOOKS_AFTER_MS = [2000, 8000] as const;

export const absent = (address: string): Floating => ({
  address,
  isPresent: false,
  noticed: 0,
  isUnderWay: false,
  isOutdated: false,
  failures: 0,
  looks: 0,
});

/** The kernel told that the address went, if only for a moment. */
export function gone({ next: _done, ...floating }: Floating): Floating {
  return { ...floating, isPresent: false, isOutdated: floating.isUnderWay };
}

/** The interface has the address, and had it not before; it was told at `noticed`. */
export const appeared = (floating: Floating, noticed: number): Floating => ({
  ...floating,
  isPresent: true,
  noticed,
  failures: 0,
  looks: 0,
  next: { task: 'take', at: noticed + GATHER_MS },
});

/** Whether its task is to begin. One call about an address at a time: what a second one would do, it does later. */
export const isDue = ({ next, isUnderWay }: Floating, now: number): boolean =>
  next !== undefined && !isUnderWay && next.at <= now;

export function begun({ next: _done, ...floating }: Floating): Floating {
  return { ...floating, isUnderWay: true, isOutdated: false };
}

/** Our ENI has it: EC2 said so, or was seen to say so. */
export function held(floating: Floating, now: number): Floating {
  if (floating.isOutdated) return over(floating);
  const after = LOOKS_AFTER_MS[floating.looks];
  return {
    ...over(floating),
    failures: 0,
    ...(after === undefined ? {} : { next: { task: 'look', at: now + after } }),
  };
}

/** A look is done, and it is on our ENI or nobody could tell. */
export const looked = (floating: Floating, now: number): Floating =>
  held({ ...floating, looks: floating.looks + 1 }, now);

/** A look showed it elsewhere, though the interface has had it all the time. */
export const lost = (floating: Floating, now: number): Floating =>
  floating.isOutdated
    ? over(floating)
    : { ...over(floating), looks: floating.looks + 1, next: { task: 'take', at: now } };

/** A take failed, and is tried again after so many milliseconds, or not until it appears anew. */
export const failed = (floating: Floating, after: number | undefined, now: number): Floating =>
  floating.isOutdated
    ? over(floating)
    : {
        ...over(floating),
        failures: floating.failures + 1,
        ...(after === undefined ? {} : { next: { task: 'take', at: now + after } }),
      };

/** What appeared or went since the task began stands in `next` already. */
const over = (floating: Floating): Floating => ({ ...floating, isUnderWay: false, isOutdated: false });
