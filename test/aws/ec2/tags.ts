/** Tags, in answers and in filters. */
import type { Content } from './xml.ts';

type Tags = Readonly<Record<string, string>>;

export function tagSet(tags: Tags): Content {
  return {
    items: Object.entries(tags).map(
      ([key, value]): Content => [
        ['key', key],
        ['value', value],
      ],
    ),
  };
}

/** What the filters `tag-key` and `tag:<key>` compare; undefined for any other filter. */
export function tagFilter<Item>(
  name: string,
  tagsOf: (item: Item) => Tags,
): ((item: Item) => string[]) | undefined {
  if (name === 'tag-key') return (item) => Object.keys(tagsOf(item));
  if (!name.startsWith('tag:')) return undefined;
  const wanted = name.slice('tag:'.length);
  return (item) => Object.entries(tagsOf(item)).flatMap(([key, value]) => (key === wanted ? [value] : []));
}
