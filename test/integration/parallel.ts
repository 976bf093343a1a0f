/** Work on several things at a time. */

/** Stops at the first failure, and throws it when nothing is under way any more. */
export async function inParallel<Item>(
  items: readonly Item[],
  atATime: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const lane = async (): Promise<void> => {
    try {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    } finally {
      queue.length = 0;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: atATime }, lane));
  for (const lost of lanes) if (lost.status === 'rejected') throw lost.reason;
}
