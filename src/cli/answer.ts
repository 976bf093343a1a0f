/** What a verb answers to the person who called it. */
export interface Answer {
  readonly stdout: string;
  /** 0: fine. 1: found something, or failed. 2: wrong use. */
  readonly status: 0 | 1 | 2;
}
