/** Seeded chance: whatever AWS leaves open is drawn here, so that one number repeats a run. */

const hexDigits = '0123456789abcdef';
const base32Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** A small generator (mulberry32), good enough to vary answers and never meant to keep a secret. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  }

  /** The items in another order. */
  shuffled<T>(items: Iterable<T>): T[] {
    return [...items]
      .map((item) => ({ item, rank: this.below(2 ** 32) }))
      .sort((left, right) => left.rank - right.rank)
      .map(({ item }) => item);
  }

  /** An integer of 64 bits. */
  bits64(): bigint {
    return BigInt(this.below(2 ** 32)) * 2n ** 32n + BigInt(this.below(2 ** 32));
  }

  hex(length: number): string {
    return this.#text(length, hexDigits);
  }

  base32(length: number): string {
    return this.#text(length, base32Digits);
  }

  base64(length: number): string {
    return this.#text(length, base64Digits);
  }

  /** An identifier of the shape that AWS gives its requests. */
  uuid(): string {
    return [8, 4, 4, 4, 12].map((length) => this.hex(length)).join('-');
  }

  #text(length: number, digits: string): string {
    return Array.from({ length }, () => digits.charAt(this.below(digits.length))).join('');
  }
}
