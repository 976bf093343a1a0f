/**
 * Reservations in blocks of JSON: once what all of a block have in common, then a line for each. A commit
 * changes few of thousands, and blocks in which nothing has changed are printed as they were read.
 */
import { isObject, type JsonObject } from '../json.ts';
import type { Reservation } from '../model.ts';

export interface Block {
  readonly text: string;
  readonly reservations: readonly Reservation[];
}

/** Fields that a reservation is likely to share with those that were made before and after it. */
const SHARED: readonly (keyof Reservation)[] = [
  'network',
  'interface',
  'set',
  'length',
  'gateway',
  'state',
  'boot',
  'cooldown',
  'prefix',
  'sticky',
  'eni',
  'folder',
];

/** How many reservations a block has at most. One with less than half of them is joined with what stands beside it. */
const MOST = 64;

/**
 * Reads the text of a block; undefined when a line in it is no reservation.
 * @throws SyntaxError when it is not JSON.
 */
export function readBlock(text: string): Block | undefined {
  const json: unknown = JSON.parse(text);
  if (!isObject(json)) return undefined;
  const { all, each } = json;
  if (!isObject(all) || !Array.isArray(each)) return undefined;
  const reservations = each.map((line: unknown) => readLine(all, line));
  return reservations.every((one) => one !== undefined) ? { text, reservations } : undefined;
}

/** This is done for each reservation of the node whenever a pod comes or goes. */
function readLine(all: JsonObject, line: unknown): Reservation | undefined {
  if (!isObject(line)) return undefined;
  const reservation = { ...all, ...line };
  return isReservation(reservation) ? reservation : undefined;
}

/** What every reader of a reservation rests on; the rest was written along with it. */
function isReservation(item: object): item is Reservation {
  const one: { readonly [field in keyof Reservation]?: unknown } = item;
  return (
    typeof one.network === 'string' &&
    typeof one.container === 'string' &&
    typeof one.interface === 'string' &&
    typeof one.address === 'string' &&
    typeof one.gateway === 'string' &&
    typeof one.state === 'string' &&
    typeof one.since === 'number'
  );
}

/** Puts the reservations into blocks: into those that are `known`, as far as they are still right. */
export function intoBlocks(reservations: readonly Reservation[], known: readonly Block[]): readonly Block[] {
  const full = known.filter((block) => block.reservations.length >= MOST / 2);
  const starts = new Map(full.map((block) => [block.reservations[0], block]));
  const blocks: Block[] = [];
  let loose: Reservation[] = [];
  const gather = (): void => {
    if (loose.length > 0) blocks.push(printBlock(loose));
    loose = [];
  };
  for (let at = 0; at < reservations.length; ) {
    const block = starts.get(reservations[at]);
    if (block?.reservations.every((one, index) => one === reservations[at + index])) {
      gather();
      blocks.push(block);
      at += block.reservations.length;
    } else {
      loose.push(...reservations.slice(at, at + 1));
      at += 1;
      if (loose.length === MOST) gather();
    }
  }
  gather();
  return blocks;
}

function printBlock(reservations: readonly Reservation[]): Block {
  const [first] = reservations;
  const texts = (field: keyof Reservation) => new Set(reservations.map((one) => JSON.stringify(one[field])));
  const common = new Set<string>(SHARED.filter((field) => texts(field).size === 1));
  const select = (one: Reservation, isWanted: (field: string) => boolean): string =>
    JSON.stringify(Object.fromEntries(Object.entries(one).filter(([field]) => isWanted(field))));
  const all = first ? select(first, (field) => common.has(field)) : '{}';
  const lines = reservations.map((one) => select(one, (field) => !common.has(field)));
  return { text: `{"all": ${all}, "each": [\n${lines.join(',\n')}]}`, reservations };
}
