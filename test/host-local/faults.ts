/** Ways to break a configuration that works. */
import * as fc from 'fast-check';
import { isObject, type JsonObject } from './plugin.ts';

type Fault = (network: JsonObject) => JsonObject;

const inIpam =
  (change: (ipam: JsonObject) => JsonObject): Fault =>
  (network) => ({
    ...network,
    ipam: isObject(network['ipam']) ? { ...network['ipam'], ...change(network['ipam']) } : {},
  });

/** One more set, which is the broken one. */
const withSet = (...set: readonly unknown[]): Fault =>
  inIpam(({ ranges }) => ({ ranges: [...(Array.isArray(ranges) ? (ranges as unknown[]) : []), set] }));

const top =
  (fields: JsonObject): Fault =>
  (network) => ({ ...network, ...fields });

const subnet = '10.7.0.0/24';

export const faults: fc.Arbitrary<Fault> = fc.constantFrom<Fault[]>(
  withSet(),
  withSet({}),
  withSet({ subnet: 5 }),
  withSet({ subnet: '10.7.0.1/24' }),
  withSet({ subnet: '10.7.0.0/31' }),
  withSet({ subnet: 'fd00::/127' }),
  withSet({ subnet: 'fd00::1/64' }),
  withSet({ subnet: '10.7.0.0' }),
  withSet({ subnet, rangeStart: '10.8.0.1' }),
  withSet({ subnet, rangeEnd: '10.8.0.1' }),
  withSet({ subnet, rangeStart: '10.7.0.9', rangeEnd: '10.7.0.8' }),
  withSet({ subnet, gateway: 'nowhere' }),
  withSet({ subnet }, { subnet: 'fd00::/64' }),
  withSet({ subnet }, { subnet: '10.7.0.128/25' }),
  withSet('10.7.0.0/24'),
  withSet({ subnet, rangeStart: { address: '10.7.0.5' } }),
  inIpam(() => ({ ranges: { subnet } })),
  inIpam(() => ({ ranges: 'all' })),
  inIpam(() => ({ routes: [{ dst: '10.0.0.0' }] })),
  inIpam(() => ({ routes: { dst: '10.0.0.0/8' } })),
  inIpam(() => ({ routes: [{ dst: '10.0.0.0/8', gw: 'x' }] })),
  inIpam(() => ({ resolvConf: '/nowhere/resolv.conf' })),
  inIpam(() => ({ dataDir: 5 })),
  top({ ipam: undefined }),
  top({ ipam: [] }),
  top({ name: '../pods' }),
  top({ name: undefined }),
  top({ cniVersion: '2.0.0' }),
  top({ runtimeConfig: { ips: ['10.7.0'] } }),
  top({ runtimeConfig: { ips: '10.7.0.9' } }),
  top({ runtimeConfig: { ipRanges: [{ subnet }] } }),
  top({ runtimeConfig: 'none' }),
  top({ args: { cni: { ips: [7] } } }),
  top({ args: { cni: [] } }),
);
