/** What EC2 says where nobody knows what it says: drawn once, so that one run always says the same. */
import type { Ec2Error } from '../cloud/ec2-error.ts';
import { ec2Errors } from '../cloud/ec2-errors.ts';
import type { Random } from '../random.ts';

export class Wording {
  readonly #drawn: ReadonlyMap<string, number>;

  constructor(random: Random) {
    this.#drawn = new Map(
      Object.entries(ec2Errors).map(([row, error]) => [
        row,
        'others' in error ? random.below(1 + error.others.length) : 0,
      ]),
    );
  }

  /** The error as this run words it. */
  of(error: Ec2Error): Ec2Error {
    return [error, ...error.alternatives][this.#drawn.get(error.row ?? '') ?? 0] ?? error;
  }
}
