/**
 * The reservations of a node, in the order in which they were made. There may be thousands of them, and a call is
 * about one pod: they stand in blocks, and a block that is written somewhere is read only when somebody looks
 * into it.
 */
import type { Block, Reservation, Reservations } from './model.ts';

/** How many reservations a block has at most. All but the last have half as many at least. */
const MOST = 64;

/** These reservations, in blocks, of which all but the last are full. */
export const inBlocks = (reservations: readonly Reservation[]): Reservations => cut(reservations, MOST);

const cut = (reservations: readonly Reservation[], size: number): Reservations =>
  Array.from({ length: Math.ceil(reservations.length / size) }, (_, index) =>
    blockOf(reservations.slice(index * size, (index + 1) * size)),
  );

const blockOf = (reservations: readonly Reservation[]): Block => ({
  read: () => reservations,
  mayMention: () => true,
});

/** All reservations: every block is read. */
export const everyOf = (blocks: Reservations): readonly Reservation[] =>
  blocks.flatMap((block) => block.read());

/** To search all blocks for so many values costs less than to read them all. */
const FEW = 4;

/** All reservations that have one of these texts as the value of a field, and maybe others beside them. */
export function mentioning(blocks: Reservations, ...values: readonly string[]): readonly Reservation[] {
  if (values.length > FEW) return everyOf(blocks);
  return everyOf(blocks.filter((block) => values.some((value) => block.mayMention(value))));
}

/** The same with more of them at the end. */
export function withMore(blocks: Reservations, added: readonly Reservation[]): Reservations {
  const last = blocks.at(-1)?.read() ?? [];
  if (last.length === MOST) return [...blocks, ...inBlocks(added)];
  return [...blocks.slice(0, -1), ...inBlocks([...last, ...added])];
}

/**
 * Applies `change` to each reservation: another value replaces it, undefined removes it. With a `value`, only to
 * those of `mentioning`. The very same blocks when nothing changes; blocks in which nothing does stay what they are.
 */
export function replaceEach(
  blocks: Reservations,
  change: (reservation: Reservation) => Reservation | undefined,
  value?: string,
): Reservations {
  const next = blocks.map((block) =>
    value === undefined || block.mayMention(value) ? updateBlock(block, change) : block,
  );
  return next.every((block, index) => block === blocks[index]) ? blocks : joinSmall(next, new Set(blocks));
}

function updateBlock(block: Block, change: (reservation: Reservation) => Reservation | undefined): Block {
  const before = block.read();
  const after = before.map(change);
  return after.every((one, index) => one === before[index])
    ? block
    : blockOf(after.filter((one) => one !== undefined));
}

/** Joins blocks that have become small with those behind them. */
function joinSmall(blocks: Reservations, unchanged: ReadonlySet<Block>): Reservations {
  const joined: Block[] = [];
  let small: readonly Reservation[] = [];
  for (const block of blocks) {
    if (small.length === 0 && unchanged.has(block)) {
      joined.push(block);
      continue;
    }
    const together = [...small, ...block.read()];
    const isSmall = together.length < MOST / 2;
    small = isSmall ? together : [];
    if (!isSmall) joined.push(...cutEvenly(together));
  }
  return [...joined, ...inBlocks(small)];
}

/** As few blocks as possible, of about the same size. */
function cutEvenly(reservations: readonly Reservation[]): Reservations {
  const { length } = reservations;
  return cut(reservations, Math.ceil(length / Math.ceil(length / MOST)));
}
