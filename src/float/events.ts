/** What is told of floating addresses: a JSON object a line, on standard output. */
import type { World } from '../world.ts';

/**
 * - `watching`: from now on nothing is missed. `stopped`: no longer.
 * - `appeared`, `gone`: what the kernel told of the interface.
 * - `taken`: EC2 says that our ENI has it. `ms` is the time since the kernel told, `ec2Ms` EC2's part of it.
 * - `retrying`: something failed that may pass, and is done again in `inMs`.
 * - `refused`: EC2 says no. With `inMs` it is asked again.
 * - `lost`: another ENI has it, though the interface has had it all the time; it is taken again.
 */
export type EventName =
  | 'watching'
  | 'appeared'
  | 'gone'
  | 'taken'
  | 'retrying'
  | 'refused'
  | 'lost'
  | 'stopped';

export type Tell = (event: EventName, fields?: Readonly<Record<string, unknown>>) => void;

export const openEvents =
  (world: World): Tell =>
  (event, fields = {}) => {
    const time = new Date(world.now()).toISOString();
    world.writeStdout(`${JSON.stringify({ time, event, ...fields })}\n`);
  };
