/** Work that may outlive the request that caused it. */
export class Background {
  readonly #running = new Set<Promise<void>>();

  /** Hands the work back, and remembers it until it is over. */
  track<Result>(work: Promise<Result>): Promise<Result> {
    const over: Promise<void> = work.then(
      () => void this.#running.delete(over),
      () => void this.#running.delete(over),
    );
    this.#running.add(over);
    return work;
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
