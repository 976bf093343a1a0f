/**
 * Blocks of reservations as JSON: once what all of a block have in common, then a line for each. A call reads the
 * few blocks that it looks into, and prints those in which something has changed: the others are handed on as
 * they are written.
 */
import { Failure } from '../errors.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { Block, Reservation } from '../model.ts';

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

/** A block that is written. To make texts of megabytes of it would keep V8 busy with the memory alone. */
class WrittenBlock implements Block {
  readonly bytes: Buffer;
  #reservations: readonly Reservation[] | undefined;
  /** An ADD looks for its attachment a few times. */
  readonly #answers = new Map<string, boolean>();

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  read(): readonly Reservation[] {
    this.#reservations ??= readBlock(this.bytes.toString());
    return this.#reservations;
  }

  /**
   * Where a value is, its text is: JSON.stringify, which wrote it, writes a text in one way. People may have written
   * it in another one; what they touched has no sum, and has been read.
   */
  mayMention(value: string): boolean {
    if (this.#reservations) return true;
    const answer = this.#answers.get(value) ?? this.bytes.includes(JSON.stringify(value));
    this.#answers.set(value, answer);
    return answer;
  }
}

/** A block as `printBlock` wrote it. */
export const writtenBlock = (bytes: Buffer): Block => new WrittenBlock(bytes);

/** @throws Failure `io` when the text is no block. */
function readBlock(text: string): readonly Reservation[] {
  const json = parse(text);
  const { all, each } = isObject(json) ? json : {};
  const reservations =
    isObject(all) && Array.isArray(each) ? each.map((line) => readLine(all, line)) : [undefined];
  if (reservations.every((one) => one !== undefined)) return reservations;
  throw new Failure('io', 'a block of its reservations is malformed');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Failure('io', 'a block of its reservations is not JSON', { cause });
  }
}

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

/** What is written of a block: as it was read, if it was. */
export function printBlock(block: Block): Buffer {
  if (block instanceof WrittenBlock) return block.bytes;
  const reservations = block.read();
  const [first] = reservations;
  const texts = (field: keyof Reservation) => new Set(reservations.map((one) => JSON.stringify(one[field])));
  const common = new Set<string>(SHARED.filter((field) => texts(field).size === 1));
  const select = (one: Reservation, isWanted: (field: string) => boolean): string =>
    JSON.stringify(Object.fromEntries(Object.entries(one).filter(([field]) => isWanted(field))));
  const all = first ? select(first, (field) => common.has(field)) : '{}';
  const lines = reservations.map((one) => select(one, (field) => !common.has(field)));
  return Buffer.from(`{"all": ${all}, "each": [\n${lines.join(',\n')}]}`);
}
