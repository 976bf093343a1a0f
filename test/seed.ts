/** The seed of a run that draws at random: given by a person, else the gate's, else a new one. */
import * as fc from 'fast-check';

export function drawSeed(given: string | undefined): number {
  return Number(given || (fc.readConfigureGlobal().seed ?? Math.floor(Math.random() * 2 ** 31)));
}
