/** Every request to EC2 in the order of arrival, and what became of it. */

export type JournalEntry = {
  readonly seq: number;
  readonly time: number;
  readonly requestId: string;
  /** The key that the request claims to be signed with. */
  readonly accessKeyId: string | undefined;
  /** The instance whose role signed it, or `static`; undefined when it was not authenticated. */
  readonly caller: string | undefined;
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The request asks EC2 to take addresses away from other ENIs. */
  readonly allowReassignment: boolean;
  /** EC2 did what was asked, whether or not the client was told. */
  readonly applied: boolean;
  /** What was answered; undefined while nothing is, when nothing ever will be, and when it was cut off. */
  readonly status: number | undefined;
  readonly errorCode: string | undefined;
};

type Arrival = Pick<
  JournalEntry,
  'time' | 'requestId' | 'accessKeyId' | 'action' | 'parameters' | 'allowReassignment'
>;
type Fate = Partial<Pick<JournalEntry, 'caller' | 'applied' | 'status' | 'errorCode'>>;

export class Journal {
  readonly #entries = new Map<string, JournalEntry>();
  #arrived = 0;

  get entries(): readonly JournalEntry[] {
    return [...this.#entries.values()];
  }

  arrive(arrival: Arrival): void {
    this.#arrived += 1;
    const open = { caller: undefined, applied: false, status: undefined, errorCode: undefined };
    this.#entries.set(arrival.requestId, { seq: this.#arrived, ...arrival, ...open });
  }

  /** Adds what has become known about a request; one that was cleared away meanwhile stays away. */
  note(requestId: string, fate: Fate): void {
    const entry = this.#entries.get(requestId);
    if (entry) this.#entries.set(requestId, { ...entry, ...fate });
  }

  clear(): void {
    this.#entries.clear();
  }
}
