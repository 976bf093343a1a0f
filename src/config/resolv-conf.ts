/** resolv.conf(5), as far as a CNI result carries it. */
import { readFileSync } from 'node:fs';
import type { Dns } from '../cni/result.ts';
import { errorMessage, Failure } from '../errors.ts';

/**
 * DNS settings of the file that `ipam.resolvConf` names; none when it names none.
 * @throws Failure `io` when the file cannot be read.
 */
export function readDns(path: string | undefined): Dns {
  if (path === undefined) return {};
  try {
    return parseResolvConf(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Failure('io', `cannot read ipam.resolvConf: ${errorMessage(error)}`, { cause: error });
  }
}

/** Reads nameserver, domain, search and options; comments and lines without a value are passed over. */
export function parseResolvConf(text: string): Dns {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line))
    .map((line) => line.split(/\s+/));
  const valuesOf = (keyword: string): string[] =>
    lines.flatMap(([first, ...values]) => (first === keyword ? values : []));
  const firstOf = (keyword: string): string[] =>
    lines.flatMap(([first, value]) => (first === keyword && value !== undefined ? [value] : []));

  const nameservers = firstOf('nameserver');
  const domain = firstOf('domain').at(-1);
  const search = valuesOf('search');
  const options = valuesOf('options');
  return {
    ...(nameservers.length > 0 ? { nameservers } : {}),
    ...(domain === undefined ? {} : { domain }),
    ...(search.length > 0 ? { search } : {}),
    ...(options.length > 0 ? { options } : {}),
  };
}
