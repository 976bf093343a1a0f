/** Short ways to write calls down. */
import type { Call, JsonObject } from './plugin.ts';

export const SUBNET = '10.1.2.0/24';
export const SUBNET6 = '2001:db8:1::/64';

/** A configuration as a NetworkAttachmentDefinition has it, with these fields of ipam. */
export const network = (ipam: unknown, top: JsonObject = {}): JsonObject => ({
  cniVersion: '1.0.0',
  name: 'pods',
  type: 'ipvlan',
  master: 'ens6',
  ipam,
  ...top,
});

/** One range set of these ranges. */
export const ranges = (...set: readonly unknown[]): JsonObject => ({ ranges: [set] });

export const ONE = network(ranges({ subnet: SUBNET }));
/** Five addresses beside the gateway. */
export const SMALL = network(ranges({ subnet: '10.1.2.0/29' }));
export const DUAL = network({ ranges: [[{ subnet: SUBNET }], [{ subnet: SUBNET6 }]] });

type Rest = Omit<Call, 'verb' | 'container' | 'network'>;

export const add = (container: string, on: JsonObject = ONE, rest: Rest = {}): Call => ({
  verb: 'ADD',
  container,
  network: on,
  ...rest,
});
export const del = (container: string, on: JsonObject = ONE, rest: Rest = {}): Call => ({
  verb: 'DEL',
  container,
  network: on,
  ...rest,
});
export const check = (container: string, on: JsonObject = ONE, rest: Rest = {}): Call => ({
  verb: 'CHECK',
  container,
  network: on,
  ...rest,
});
