/** Parts of a configuration, of CNI_ARGS and of a result, as differences look at them and change them. */
import { equalAddress, parseAddress } from '../../src/net/address.ts';
import { lastOf, parsePrefix } from '../../src/net/prefix.ts';
import { type Answer, type Call, isObject, type JsonObject } from './plugin.ts';

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const ipamOf = ({ ipam }: JsonObject): JsonObject => (isObject(ipam) ? ipam : {});
const ROUTE_NUMBERS = ['mtu', 'advmss', 'priority', 'table', 'scope'];

/** Neither text nor, as Go has it, absent. */
export const isOddType = (value: unknown): boolean =>
  value !== undefined && value !== null && typeof value !== 'string';

export const routesOf = (network: JsonObject): readonly unknown[] => listOf(ipamOf(network)['routes']);

/** Every range, wherever it stands. */
export function rangesOf(network: JsonObject): readonly JsonObject[] {
  const { runtimeConfig } = network;
  const ipam = ipamOf(network);
  const late = isObject(runtimeConfig) ? listOf(runtimeConfig['ipRanges']) : [];
  return [ipam, ...[...late, ...listOf(ipam['ranges'])].flatMap(listOf)].filter(isObject);
}

export const isOddRoute = (route: unknown): boolean =>
  !isObject(route) ||
  typeof route['dst'] !== 'string' ||
  ROUTE_NUMBERS.some((name) => !Number.isInteger(route[name] ?? 0));

export function startsAtBroadcast({ subnet, rangeStart, rangeEnd }: JsonObject): boolean {
  const prefix = parsePrefix(String(subnet));
  const start = parseAddress(String(rangeStart));
  return !rangeEnd && start?.family === 4 && prefix !== undefined && equalAddress(start, lastOf(prefix));
}

/** The result with each route's numbers, from CNI 0.3.0 on. */
export function withRouteFields({ status, reply }: Answer, { network }: Call): Answer {
  if (status !== 0 || !reply || !Array.isArray(reply['routes'])) return { status, reply };
  const given = routesOf(network);
  const routes = listOf(reply['routes']).map((route, index) => {
    const numbers = Object.entries(given[index] ?? {}).filter(([name]) => ROUTE_NUMBERS.includes(name));
    return isObject(route) ? { ...route, ...Object.fromEntries(numbers) } : route;
  });
  return { status, reply: { ...reply, routes } };
}

/** Whether a result names every address of another one. */
export function hasAddressesOf(result: JsonObject, other: JsonObject | undefined): boolean {
  const addresses = ({ ips }: JsonObject): string[] =>
    listOf(ips).map((ip) => String(isObject(ip) ? ip['address'] : ip));
  return other !== undefined && addresses(other).every((address) => addresses(result).includes(address));
}

function withArgs(call: Call, args: string): Call {
  const { args: _, ...rest } = call;
  return args === '' ? rest : { ...rest, args };
}

/** Several addresses in `IP=` become requests of the runtime's, whose list may be long. */
export function splitRequests(call: Call): Call {
  const pairs = (call.args ?? '').split(';');
  const lists = pairs.filter((pair) => /^IP=[^=]*,/.test(pair));
  if (lists.length === 0) return call;
  const { runtimeConfig } = call.network;
  const runtime = isObject(runtimeConfig) ? runtimeConfig : {};
  const ips = [...lists.flatMap((pair) => pair.slice(3).split(',')), ...listOf(runtime['ips'])];
  const network = { ...call.network, runtimeConfig: { ...runtime, ips } };
  return withArgs({ ...call, network }, pairs.filter((pair) => !lists.includes(pair)).join(';'));
}

const POD = /^K8S_POD_(NAMESPACE|NAME|INFRA_CONTAINER_ID|UID)=[^=]*$/;

export function tidyArgs(call: Call): Call {
  if (call.args === undefined) return call;
  const pairs = call.args
    .split(';')
    .filter((pair) => pair !== '' && !POD.test(pair))
    .map((pair) => (/^IgnoreUnknown=t$/i.test(pair) ? 'IgnoreUnknown=1' : pair))
    .filter((pair) => !/^IgnoreUnknown=(?!(0|1|true|false)$)[^=]*$/i.test(pair));
  return withArgs(call, pairs.join(';'));
}

const INLINE_RANGE = new Set(['subnet', 'rangeStart', 'rangeEnd', 'gateway']);

/** Without text that has no effect: Go parses it all the same. */
export function withoutIdle(call: Call): Call {
  const { ipam } = call.network;
  if (!isObject(ipam) || ipam['subnet']) return call;
  const isIdle = ([name, value]: [string, unknown]): boolean => INLINE_RANGE.has(name) && !isOddType(value);
  const rest = Object.fromEntries(Object.entries(ipam).filter((field) => !isIdle(field)));
  return { ...call, network: { ...call.network, ipam: rest } };
}

/** The value with one text for another, wherever it has it. */
export const replaceText = <T extends object>(value: T, from: string, to: string): T =>
  JSON.parse(JSON.stringify(value).replaceAll(from, to)) as T;
