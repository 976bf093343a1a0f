/** What must be undone also when the bench is interrupted, where no `using` gets its turn. */

/**
 * Calls `undo`, which must not wait, once: when the returned function is called, or else at the end of
 * the process.
 */
export function undoAtTheLatestAtExit(undo: () => void): () => void {
  let isDone = false;
  const once = (): void => {
    if (isDone) return;
    isDone = true;
    process.off('exit', once);
    undo();
  };
  process.on('exit', once);
  return once;
}

/** Lets a signal end the process in order. */
export function exitOnSignals(): void {
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
}
