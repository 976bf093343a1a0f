/**
 * Names of fields in whatever case: Go's JSON decoder takes "rangestart" for `rangeStart`, and so there
 * are configurations that rest on it. Fields that are ours alone are written as they are documented.
 */
import { isObject, type JsonObject } from '../json.ts';

/** Names, and what lies below them, lists aside. */
interface Fields {
  readonly [name: string]: Fields;
}

const named = (...names: readonly string[]): Fields => Object.fromEntries(names.map((name) => [name, {}]));

const RANGE = named('subnet', 'rangeStart', 'rangeEnd', 'gateway');

const NETWORK: Fields = {
  ...named('cniVersion', 'name', 'type', 'master'),
  ipam: {
    ...RANGE,
    ...named('type', 'dataDir', 'resolvConf'),
    ranges: RANGE,
    routes: named('dst', 'gw', 'mtu', 'advmss', 'priority', 'table', 'scope'),
  },
  runtimeConfig: { ...named('ips'), ipRanges: RANGE },
  args: { cni: named('ips') },
  prevResult: { ips: named('address') },
};

/** The configuration with the names of its fields as CNI and host-local spell them; of two spellings the last counts. */
export const withFieldNames = (json: JsonObject): JsonObject => renameFields(json, NETWORK);

const renameFields = (object: JsonObject, fields: Fields): JsonObject =>
  Object.fromEntries(
    Object.entries(object).map(([key, item]) => {
      const name = nameOf(key, fields);
      return [name, rename(item, Object.hasOwn(fields, name) ? (fields[name] ?? {}) : {})];
    }),
  );

function rename(value: unknown, fields: Fields): unknown {
  if (Array.isArray(value)) return value.map((item) => rename(item, fields));
  return isObject(value) ? renameFields(value, fields) : value;
}

function nameOf(key: string, fields: Fields): string {
  if (Object.hasOwn(fields, key)) return key;
  const folded = key.toLowerCase();
  return Object.keys(fields).find((name) => name.toLowerCase() === folded) ?? key;
}
