/** What Describe calls have in common: ids, filters and pages. */
import { ec2Error } from '../cloud/ec2-error.ts';
import type { Call } from './action.ts';
import type { Filter, Parameters } from './parameters.ts';
import { tagFilter } from './tags.ts';
import type { Field } from './xml.ts';

/** Something that can be described. */
export type Kind<Item> = {
  readonly idOf: (item: Item) => string;
  readonly all: Iterable<Item>;
  /** How many come at most when the call sets no limit; all, when not given. */
  readonly pageSize?: number;
  /** For what can be asked for by id: the parameter, and the item of an id; throws when there is none. */
  readonly byId?: { readonly parameter: string; readonly find: (id: string) => Item };
  /** The values that a filter compares, by its name. */
  readonly filters: ReadonlyMap<string, FilterValues<Item>>;
  /** For the filters on tags, which name themselves. */
  readonly tagsOf?: (item: Item) => Readonly<Record<string, string>>;
};

export type FilterValues<Item> = (item: Item) => readonly string[];

export type Page<Item> = { readonly items: readonly Item[]; readonly nextToken: readonly Field[] };

/** The parameters that `select` reads, for an action's list of known ones. */
export function selectParameters(idParameter: string): readonly string[] {
  return [`${idParameter}.N`, 'Filter.N.Name', 'Filter.N.Value.N', 'MaxResults', 'NextToken'];
}

/** The page of items that the call asks for, and the token for the one after it. */
export function select<Item>({ parameters, random }: Call, kind: Kind<Item>): Page<Item> {
  const named = itemsById(parameters, kind);
  const limit = pageLimit(parameters) ?? kind.pageSize ?? Number.POSITIVE_INFINITY;
  const filters = parameters.filters();
  const predicates = filters.map((filter) => predicate(filter, kind));
  const after = readToken(parameters.text('NextToken'));
  const rest = (named ?? [...kind.all])
    .filter((item) => predicates.every((holds) => holds(item)))
    .sort((left, right) => (kind.idOf(left) < kind.idOf(right) ? -1 : 1))
    .filter((item) => kind.idOf(item) > after);
  // AWS filters after it has cut the page, so that a filtered page is short while more is to come.
  const size = filters.length > 0 && limit < Number.POSITIVE_INFINITY ? 1 + random.below(2) : limit;
  const items = rest.slice(0, size);
  const last = items.at(-1);
  const more = last !== undefined && rest.length > items.length;
  return { items, nextToken: more ? [['nextToken', writeToken(kind.idOf(last))]] : [] };
}

/** One missing id fails the whole request; undefined when no ids are given. */
function itemsById<Item>(parameters: Parameters, { byId }: Kind<Item>): Item[] | undefined {
  const ids = byId ? [...new Set(parameters.list(byId.parameter))] : [];
  if (!byId || ids.length === 0) return undefined;
  if (parameters.text('MaxResults') !== undefined)
    throw ec2Error('idsWithMaxResults', { parameter: byId.parameter });
  return ids.map((id) => byId.find(id));
}

function pageLimit(parameters: Parameters): number | undefined {
  const value = parameters.integer('MaxResults');
  if (value === undefined) return undefined;
  if (value < 5) throw ec2Error('maxResultsTooSmall', { value });
  if (value > 1000) throw ec2Error('maxResultsTooLarge', { value });
  return value;
}

function predicate<Item>({ name, values }: Filter, kind: Kind<Item>): (item: Item) => boolean {
  const valuesOf = kind.filters.get(name) ?? (kind.tagsOf && tagFilter(name, kind.tagsOf));
  if (!valuesOf) throw ec2Error('unknownFilter', { filter: name });
  const patterns = values.map(wildcards);
  return (item) => valuesOf(item).some((value) => patterns.some((pattern) => pattern.test(value)));
}

/** Filters know `*` and `?`. */
function wildcards(value: string): RegExp {
  const literal = value.replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

function writeToken(lastId: string): string {
  return Buffer.from(`after ${lastId}`).toString('base64');
}

function readToken(token: string | undefined): string {
  if (token === undefined) return '';
  const [, lastId] = /^after (.+)$/.exec(Buffer.from(token, 'base64').toString()) ?? [];
  if (lastId === undefined) throw ec2Error('invalidNextToken');
  return lastId;
}
