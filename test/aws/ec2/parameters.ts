/** The parameters of an EC2 Query request: names, numbered lists and filters. */
import { ec2Error } from '../cloud/ec2-error.ts';

export type Filter = { readonly name: string; readonly values: readonly string[] };

export class Parameters {
  /** As they came, by name. */
  readonly all: Readonly<Record<string, string>>;

  constructor(all: Readonly<Record<string, string>>) {
    this.all = all;
  }

  /** The names with every list index written `N`, as the API reference writes them. */
  names(): { readonly name: string; readonly pattern: string }[] {
    return Object.keys(this.all).map((name) => ({
      name,
      pattern: name.replaceAll(/\.[1-9]\d*(?=\.|$)/g, '.N'),
    }));
  }

  text(name: string): string | undefined {
    return this.all[name];
  }

  required(name: string): string {
    const value = this.all[name];
    if (value === undefined || value === '')
      throw ec2Error('missingParameter', { parameter: lowerFirst(name) });
    return value;
  }

  /** The values of `Name.1`, `Name.2` and so on, by number and without gaps. */
  list(name: string): string[] {
    return this.#indices(name).flatMap((index) => this.all[`${name}.${index}`] ?? []);
  }

  flag(name: string): boolean {
    const value = this.all[name] ?? 'false';
    if (value !== 'true' && value !== 'false')
      throw ec2Error('invalidValue', { value, parameter: lowerFirst(name) });
    return value === 'true';
  }

  integer(name: string): number | undefined {
    const value = this.all[name];
    if (value === undefined) return undefined;
    if (!/^-?\d{1,9}$/.test(value)) throw ec2Error('invalidValue', { value, parameter: lowerFirst(name) });
    return Number(value);
  }

  filters(): Filter[] {
    return this.#indices('Filter').map((index) => ({
      name: this.required(`Filter.${index}.Name`),
      values: this.list(`Filter.${index}.Value`),
    }));
  }

  #indices(name: string): number[] {
    const indices = Object.keys(this.all).flatMap((key) => {
      const [index = ''] = key.startsWith(`${name}.`) ? key.slice(name.length + 1).split('.') : [];
      return /^[1-9]\d*$/.test(index) ? [Number(index)] : [];
    });
    return [...new Set(indices)].sort((left, right) => left - right);
  }
}

/** Reads a form-encoded body or query string. */
export function parseForm(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

/** EC2 names parameters in its messages with a small first letter. */
function lowerFirst(name: string): string {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}
