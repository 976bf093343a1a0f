/** An answer of EC2 that is not a success. */
import { ec2Errors } from './ec2-errors.ts';

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

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The error of that row of the table, with the slots of its text filled in. */
export function ec2Error<Name extends keyof Errors>(name: Name, ...[values]: Arguments<Name>): Ec2Error {
  const { status, code, text } = ec2Errors[name];
  const filled = new Map<string, string | number>(Object.entries(values ?? {}));
  return new Ec2Error(
    status,
    code,
    text.replaceAll(/\{(\w+)\}/g, (slot, key: string) => `${filled.get(key) ?? slot}`),
  );
}
