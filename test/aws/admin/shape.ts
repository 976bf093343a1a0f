/** Checks JSON that a person wrote, and names the field that is wrong. */

/** Throws a TypeError with the path of the first thing that does not fit. */
export type Shape<T> = (value: unknown, path: string) => asserts value is T;

/** The same without a promise about the type. */
export type Check = (value: unknown, path: string) => void;

export type Field = Check | { readonly optional: Check };

export const text: Shape<string> = (value, path) => expect(typeof value === 'string', path, 'a string');
export const number: Shape<number> = (value, path) => expect(typeof value === 'number', path, 'a number');
export const flag: Shape<boolean> = (value, path) =>
  expect(typeof value === 'boolean', path, 'true or false');

export function literal(...values: readonly (string | null)[]): Check {
  const wanted = values.map((value) => JSON.stringify(value)).join(' or ');
  return (value, path) =>
    expect(
      values.some((candidate) => candidate === value),
      path,
      wanted,
    );
}

export function either(...checks: readonly Check[]): Check {
  return (value, path) => {
    const problems = checks.map((check) => problem(check, value, path));
    if (!problems.includes(undefined)) throw new TypeError(problems.join('; '));
  };
}

export function list(item: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) throw unfit(path, 'a list');
    for (const [index, element] of value.entries()) item(element, `${path}[${index}]`);
  };
}

export function record(item: Check): Check {
  return (value, path) => {
    for (const [name, element] of entries(value, path)) item(element, `${path}.${name}`);
  };
}

/** A field that may be left out. */
export function optional(check: Check): Field {
  return { optional: check };
}

/** An object with these fields and no others. */
export function object<T>(fields: { readonly [Name in keyof T]-?: Field }): Shape<T> {
  const known = new Map(Object.entries<Field>(fields));
  return (value, path) => {
    const given = new Map(entries(value, path));
    for (const name of given.keys())
      if (!known.has(name)) throw new TypeError(`${path}.${name} is not known`);
    for (const [name, field] of known) {
      const element = given.get(name);
      if (typeof field === 'function') field(element, `${path}.${name}`);
      else if (element !== undefined) field.optional(element, `${path}.${name}`);
    }
  };
}

/** The fields of an object. */
export function entries(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unfit(path, 'an object');
  return Object.entries(value);
}

function problem(check: Check, value: unknown, path: string): string | undefined {
  try {
    check(value, path);
    return undefined;
  } catch (error) {
    return error instanceof TypeError ? error.message : String(error);
  }
}

function expect(fits: boolean, path: string, wanted: string): void {
  if (!fits) throw unfit(path, wanted);
}

function unfit(path: string, wanted: string): TypeError {
  return new TypeError(`${path} must be ${wanted}`);
}
