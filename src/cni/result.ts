/** The result of ADD in the shape of each CNI version. */
import type { Address } from '../net/address.ts';
import { formatAddress } from '../net/address.ts';
import { formatPrefix, type Prefix } from '../net/prefix.ts';
import { type CniVersion, isAtLeast } from './versions.ts';

export interface AssignedIp {
  readonly address: Prefix;
  readonly gateway?: Address;
}

export interface Route {
  readonly dst: Prefix;
  readonly gw?: Address;
  readonly mtu?: number;
  readonly advmss?: number;
  readonly priority?: number;
  readonly table?: number;
  readonly scope?: number;
}

export interface Dns {
  readonly nameservers?: readonly string[];
  readonly domain?: string;
  readonly search?: readonly string[];
  readonly options?: readonly string[];
}

/** What an IPAM plugin answers: never interfaces, which belong to the plugin that calls it. */
export interface IpamResult {
  readonly ips: readonly AssignedIp[];
  readonly routes: readonly Route[];
  readonly dns: Dns;
}

/** The result as an object to print: spec 0.1.0 and 0.2.0 know one address a family, later ones a list. */
export function shapeResult(result: IpamResult, cniVersion: CniVersion): object {
  const { ips, routes, dns } = result;
  if (!isAtLeast(cniVersion, '0.3.0')) {
    return { cniVersion, ...legacyFamily(result, 4), ...legacyFamily(result, 6), dns };
  }
  const versioned = !isAtLeast(cniVersion, '1.0.0');
  return {
    cniVersion,
    ips: ips.map(({ address, gateway }) => ({
      ...(versioned ? { version: String(address.address.family) } : {}),
      ...shapeIp({ address, ...(gateway ? { gateway } : {}) }),
    })),
    ...(routes.length > 0 ? { routes: routes.map(shapeRoute) } : {}),
    ...(versioned || Object.keys(dns).length > 0 ? { dns } : {}),
  };
}

function legacyFamily({ ips, routes }: IpamResult, family: 4 | 6): object {
  const ip = ips.find(({ address }) => address.address.family === family);
  if (!ip) return {};
  const own = routes.filter(({ dst }) => dst.address.family === family);
  const { address, ...rest } = shapeIp(ip);
  const routeList = own.map(({ dst, gw }) => shapeRoute({ dst, ...(gw ? { gw } : {}) }));
  return { [`ip${family}`]: { ip: address, ...rest, ...(own.length > 0 ? { routes: routeList } : {}) } };
}

const shapeIp = ({ address, gateway }: AssignedIp): { address: string; gateway?: string } => ({
  address: formatPrefix(address),
  ...(gateway ? { gateway: formatAddress(gateway) } : {}),
});

const shapeRoute = ({ dst, gw, ...rest }: Route): object => ({
  dst: formatPrefix(dst),
  ...(gw ? { gw: formatAddress(gw) } : {}),
  ...rest,
});
