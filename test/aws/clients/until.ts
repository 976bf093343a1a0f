/** Waiting for something to become true, for as long as it takes. */
import { setTimeout as pause } from 'node:timers/promises';

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(2);
}
