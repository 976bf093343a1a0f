/** Access keys: IMDS hands out the roles' ones, the EC2 side knows them all. */
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

export type AccessKey = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Present on temporary keys only. */
  readonly sessionToken?: string;
  readonly issued: number;
  readonly expiration: number;
  /** The instance whose role the key belongs to, or `static`. */
  readonly holder: string;
};

const lifetimeMs = 6 * 60 * 60 * 1000;
/** AWS has new keys ready at least five minutes before the old ones expire. */
const renewalMs = 10 * 60 * 1000;

export class Keyring {
  /** The key of a user, for clients that do not ask IMDS. */
  readonly staticKey: AccessKey;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #keys = new Map<string, AccessKey>();
  readonly #current = new Map<string, AccessKey>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    this.staticKey = this.#remember({
      accessKeyId: `AKIA${random.base32(16)}`,
      secretAccessKey: random.base64(40),
      issued: clock.now(),
      expiration: Number.POSITIVE_INFINITY,
      holder: 'static',
    });
  }

  find(accessKeyId: string): AccessKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  /** The key of an instance's role as IMDS shows it now. */
  roleKey(instanceId: string): AccessKey {
    const current = this.#current.get(instanceId);
    if (current && current.expiration - this.#clock.now() > renewalMs) return current;
    const key = this.issue(instanceId, lifetimeMs);
    this.#current.set(instanceId, key);
    return key;
  }

  /** One more key for the instance's role; a negative lifetime makes one that has expired already. */
  issue(instanceId: string, lifetime: number): AccessKey {
    const now = this.#clock.now();
    return this.#remember({
      accessKeyId: `ASIA${this.#random.base32(16)}`,
      secretAccessKey: this.#random.base64(40),
      sessionToken: `${this.#random.base64(398)}==`,
      issued: Math.min(now, now + lifetime),
      expiration: now + lifetime,
      holder: instanceId,
    });
  }

  #remember(key: AccessKey): AccessKey {
    this.#keys.set(key.accessKeyId, key);
    return key;
  }
}
