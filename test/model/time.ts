/** Time of the model: it passes for who sleeps, and what EC2 is late with lands when it is due. */

interface Event {
  readonly due: number;
  happen(): Promise<void>;
}

export class Time {
  readonly #start: number;
  #now: number;
  #events: readonly Event[] = [];

  constructor(start: number) {
    this.#start = start;
    this.#now = start;
  }

  get now(): number {
    return this.#now;
  }

  /** Lets something happen in so many milliseconds. */
  plan(milliseconds: number, happen: () => Promise<void>): void {
    this.#events = [...this.#events, { due: this.#now + milliseconds, happen }].toSorted(
      (a, b) => a.due - b.due,
    );
  }

  /** Milliseconds since the beginning. */
  get passed(): number {
    return this.#now - this.#start;
  }

  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (let next = this.#events[0]; next && next.due <= end; next = this.#events[0]) {
      this.#events = this.#events.slice(1);
      this.#now = Math.max(this.#now, next.due);
      await next.happen();
    }
    this.#now = end;
  }
}
