/** How long EC2 takes before it does what it is asked. */
export class Latency {
  #usual = 0;
  readonly #byAction = new Map<string, number>();

  /** For one action, or for all those that have no time of their own. */
  set(ms: number, action?: string): void {
    if (action === undefined) this.#usual = ms;
    else this.#byAction.set(action, ms);
  }

  of(action: string): number {
    return this.#byAction.get(action) ?? this.#usual;
  }

  clear(): void {
    this.#usual = 0;
    this.#byAction.clear();
  }
}
