/** Which JSON is what, as far as its readers rest on it; the rest was written along with it. */
import { isObject, type JsonObject } from '../json.ts';
import type {
  Binding,
  Delegation,
  KnownEni,
  KnownNetwork,
  KnownSubnet,
  Limit,
  Mark,
  ReservedBlock,
} from '../model.ts';

export const isListOf = <T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] =>
  Array.isArray(value) && value.every(isItem);

export const isMapOf = <T>(
  value: unknown,
  isItem: (item: unknown) => item is T,
): value is Readonly<Record<string, T>> => isObject(value) && Object.values(value).every(isItem);

export const isText = (item: unknown): item is string => typeof item === 'string';

const hasTexts = (item: JsonObject, ...keys: string[]): boolean =>
  keys.every((key) => typeof item[key] === 'string');

export const isDelegation = (item: unknown): item is Delegation =>
  isObject(item) &&
  hasTexts(item, 'network', 'address', 'state') &&
  isObject(item['eni']) &&
  hasTexts(item['eni'], 'id', 'region', 'subnet') &&
  typeof item['spare'] === 'number';

export const isMark = (item: unknown): item is Mark =>
  isObject(item) && hasTexts(item, 'scope', 'address', 'reason') && typeof item['until'] === 'number';

export const isKnownNetwork = (item: unknown): item is KnownNetwork =>
  isObject(item) &&
  isListOf(item['ranges'], isText) &&
  isObject(item['eni']) &&
  hasTexts(item['eni'], 'id', 'region');

export const isKnownEni = (item: unknown): item is KnownEni =>
  isObject(item) && hasTexts(item, 'id', 'region', 'subnet', 'boot') && isListOf(item['cidrs'], isText);

export const isKnownSubnet = (item: unknown): item is KnownSubnet =>
  isObject(item) &&
  hasTexts(item, 'boot') &&
  typeof item['since'] === 'number' &&
  isListOf(item['reserved'], isReservedBlock);

const isReservedBlock = (item: unknown): item is ReservedBlock =>
  isObject(item) && hasTexts(item, 'id', 'cidr');

export const isBinding = (item: unknown): item is Binding =>
  isObject(item) &&
  hasTexts(item, 'network', 'pod', 'interface', 'scope', 'address') &&
  typeof item['until'] === 'number';

export const isLimit = (item: unknown): item is Limit =>
  isObject(item) && hasTexts(item, 'eni') && typeof item['until'] === 'number';
