/** How long to wait before the next try: doubled each time, with jitter, so that those who fail together part. */
import type { World } from '../world.ts';

interface Pauses {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** For what may pass in a moment: throttling, outages. */
export const SOON: Pauses = { firstMs: 100, longestMs: 5000 };
/** For what changes when people change something. */
export const SELDOM: Pauses = { firstMs: 30_000, longestMs: 30_000 };

/** Whole milliseconds, after so many failures. */
export const pauseAfter = (
  failures: number,
  { firstMs, longestMs }: Pauses,
  world: Pick<World, 'random'>,
): number => Math.round(Math.min(firstMs * 2 ** failures, longestMs) * (0.5 + world.random()));
