/** The shape of an actor in JSON: what its kind needs, and nothing else. */
import type { Actor } from '../actors/actor.ts';
import {
  type Check,
  entries,
  type Field,
  flag,
  list,
  number,
  object,
  optional,
  type Shape,
  text,
} from './shape.ts';

type Fields = Readonly<Record<string, Field>>;

const kinds: Readonly<Record<Actor['kind'], Fields>> = {
  'vpc-cni': { addresses: optional(number), prefixes: optional(number), keepMs: optional(number) },
  mover: { addresses: optional(list(text)) },
  detacher: { lingers: optional(flag) },
  remover: { lingers: optional(flag) },
};

export const actorShape: Shape<Actor> = (value, path) => {
  const { kind } = Object.fromEntries(entries(value, path));
  const known: Readonly<Record<string, Fields>> = kinds;
  const fields = typeof kind === 'string' && Object.hasOwn(known, kind) ? known[kind] : undefined;
  if (!fields) throw new TypeError(`${path}.kind must be one of ${Object.keys(kinds).join(', ')}`);
  const check: Check = object({
    kind: text,
    eniId: text,
    everyMs: number,
    times: optional(number),
    ...fields,
  });
  check(value, path);
};
