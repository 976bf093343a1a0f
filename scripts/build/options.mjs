// What the executable tells Node.

/**
 * A process that lives for a tenth of a second, beside many others, is better off without helper threads, and done
 * before its young heap is worth tidying up. V8 takes a code cache that was made without these, see train.mjs.
 */
export const OPTIONS = [
  '--v8-pool-size=1',
  '--single-threaded-gc',
  '--no-concurrent-sparkplug',
  '--min-semi-space-size=16',
];
