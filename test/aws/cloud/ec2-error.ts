/** An answer of EC2 that is not a success. */
import { ec2Errors, type Wording } from './ec2-errors.ts';

type Errors = typeof ec2Errors;
type Slots<Text extends string> = Text extends `${string}{${infer Slot}}${infer Rest}`
  ? Slot | Slots<Rest>
  : never;
type Values<Name extends keyof Errors> = { readonly [slot in Slots<Errors[Name]['text']>]: string | number };
type Arguments<Name extends keyof Errors> = [Slots<Errors[Name]['text']>] extends [never]
  ? []
  : [Values<Name>];

/** Thrown wherever EC2 refuses; the endpoint turns it into XML. */
export class Ec2Error extends Error {
  override readonly name = 'Ec2Error';
  readonly status: number;
  readonly code: string;
  /** The row of the table that it is from. */
  readonly row: string | undefined;
  /** What EC2 may say just as well, where nobody knows what it says. */
  readonly alternatives: readonly Ec2Error[];

  constructor(
    status: number,
    code: string,
    message: string,
    row?: string,
    alternatives: readonly Ec2Error[] = [],
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.row = row;
    this.alternatives = alternatives;
  }
}

/** The error of that row of the table, with the slots of its text filled in. */
export function ec2Error<Name extends keyof Errors>(name: Name, ...[values]: Arguments<Name>): Ec2Error {
  const row = ec2Errors[name];
  const filled = new Map<string, string | number>(Object.entries(values ?? {}));
  const fill = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (slot, key: string) => `${filled.get(key) ?? slot}`);
  const others: readonly Wording[] = 'others' in row ? row.others : [];
  const alternatives = others.map(({ code, text }) => new Ec2Error(row.status, code, fill(text), name));
  return new Ec2Error(row.status, row.code, fill(row.text), name, alternatives);
}
