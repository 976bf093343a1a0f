/** The shape of a fault in JSON: what its kind needs, and nothing else. */
import type { Ec2Fault, Fault, ImdsFault } from '../faults.ts';
import {
  type Check,
  either,
  entries,
  type Field,
  literal,
  number,
  object,
  optional,
  type Shape,
  text,
} from './shape.ts';

type Fields = Readonly<Record<string, Field>>;

const repetition: Fields = { times: optional(either(number, literal('always'))), every: optional(number) };
const milliseconds: Fields = { ms: number };

const ec2Kinds: Readonly<Record<Ec2Fault['kind'], Fields>> = {
  error: { code: text, status: optional(number), message: optional(text) },
  deny: {},
  reset: {},
  hang: {},
  html502: {},
  'truncated-body': {},
  'applied-then-reset': {},
  'applied-then-hang': {},
  'slow-then-apply': milliseconds,
  'late-apply': milliseconds,
};

const imdsKinds: Readonly<Record<ImdsFault['kind'], Fields>> = {
  error: { status: number },
  reset: {},
  hang: {},
  credentials: { expireInSeconds: number },
};

export const faultShape: Shape<Fault> = (value, path) => {
  const { target, kind } = Object.fromEntries(entries(value, path));
  const ofImds = target === 'imds';
  const kinds: Readonly<Record<string, Fields>> = ofImds ? imdsKinds : ec2Kinds;
  const fields = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (!fields) throw new TypeError(`${path}.kind must be one of ${Object.keys(kinds).join(', ')}`);
  const matching: Fields = ofImds
    ? { instanceId: optional(text), path: optional(text) }
    : { action: optional(text) };
  const common: Fields = { target: optional(literal('ec2', 'imds')), kind: text };
  const check: Check = object({ ...common, ...matching, ...repetition, ...fields });
  check(value, path);
};
