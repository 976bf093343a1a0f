/** The session tokens of one instance's IMDS. */
import type { Random } from '../random.ts';

const maxTtlSeconds = 21_600;

export class Tokens {
  readonly #random: Random;
  #expirations = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** A new token, or undefined when the header does not say how long it shall live. */
  issue(ttlHeader: string | undefined, now: number): string | undefined {
    if (ttlHeader === undefined || !/^[1-9]\d{0,4}$/.test(ttlHeader) || Number(ttlHeader) > maxTtlSeconds) {
      return undefined;
    }
    const token = `${this.#random.base64(54).replaceAll(/[+/]/g, '-')}==`;
    this.#expirations.set(token, now + Number(ttlHeader) * 1000);
    return token;
  }

  accepts(token: string | undefined, now: number): boolean {
    return token !== undefined && (this.#expirations.get(token) ?? 0) > now;
  }

  /** Every token handed out so far is worthless from now on. */
  revoke(): void {
    this.#expirations = new Map();
  }
}
