/** Parameters of which a request must give exactly one. */
import { ec2Error } from '../cloud/ec2-error.ts';
import type { Parameters } from './parameters.ts';

/** The one that is given; undefined when none is. A name that ends in `.N` is a list. */
export function oneOf<Name extends string>(
  parameters: Parameters,
  names: readonly Name[],
): Name | 'several' | undefined {
  const given = names.filter((name) =>
    name.endsWith('.N') ? parameters.list(name.slice(0, -2)).length > 0 : parameters.text(name) !== undefined,
  );
  return given.length > 1 ? 'several' : given[0];
}

/** A count, which must be positive. */
export function positive(parameters: Parameters, name: string): number {
  const count = parameters.integer(name) ?? 0;
  const parameter = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  if (count <= 0) throw ec2Error('badCount', { count, parameter });
  return count;
}
