/** What the node has on record, as the state document says. */
import { readDocument } from '../../state-document.ts';
import { type Machine, must } from './machine.ts';
import { STATE } from './runtime.ts';

export interface Reservation {
  readonly network: string;
  readonly container: string;
  readonly interface: string;
  readonly address: string;
  readonly state: string;
  readonly pod?: { readonly namespace: string; readonly name: string; readonly uid?: string };
  readonly netns?: string;
  readonly folder?: { readonly path: string };
}

export async function records(machine: Machine, folder = STATE): Promise<readonly Reservation[]> {
  const text = await must(machine, `latest=$(ls -v ${folder}/state.*.json | tail -n 1); cat "$latest"`);
  const { reservations }: { readonly reservations: unknown } = readDocument(text);
  return reservations as readonly Reservation[];
}
