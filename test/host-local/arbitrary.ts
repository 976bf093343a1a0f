/** Random configurations, requests and lives of containers, for host-local and eni-local alike. */
import * as fc from 'fast-check';
import { bitsOf, type Family, formatAddress, parseAddress } from '../../src/net/address.ts';
import { formatPrefix } from '../../src/net/prefix.ts';
import { type Call, isObject, type JsonObject } from './plugin.ts';

/** A range of a network that no other has, as it is written, and how to name addresses around it. */
export interface DrawnRange {
  readonly family: Family;
  readonly written: JsonObject;
  /** The address with this number in its subnet. */
  readonly at: (offset: number) => string;
  /** Number of the first address that it gives. */
  readonly first: number;
}

const VERSIONS = ['0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.0.0', '1.1.0'];

/** Versions before 0.3.0 have one address a family: a story of several would be one of failures alone. */
const versionFor = (families: readonly Family[], tight: boolean): fc.Arbitrary<string | undefined> =>
  tight && new Set(families).size < families.length
    ? fc.constantFrom(...VERSIONS)
    : fc.constantFrom(...VERSIONS, '0.1.0', '0.2.0', undefined);

const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq = 1) => fc.option(arbitrary, { nil: undefined, freq });

function drawRange(family: Family, place: number, tight: boolean): fc.Arbitrary<DrawnRange> {
  const base = parseAddress(family === 4 ? `10.1.${place}.0` : `2001:db8:${place.toString(16)}::`);
  if (!base) throw new TypeError(`no range at ${place}`);
  const at = (offset: number): string => formatAddress({ family, value: base.value + BigInt(offset) });
  const lengths = family === 4 ? [30, 29, 28, 24] : [126, 125, 120, 64];
  return fc
    .record({
      length: fc.constantFrom(...(tight ? lengths.slice(0, 2) : lengths)),
      start: maybe(fc.nat(3)),
      span: maybe(fc.nat(4)),
      gateway: maybe(fc.oneof(fc.nat(7), fc.constant(300)), 2),
    })
    .map(({ length, start, span, gateway }) => {
      const size = Math.min(2 ** (bitsOf(family) - length), 256);
      const first = start ?? 1;
      return {
        family,
        at,
        first,
        written: {
          subnet: formatPrefix({ address: base, length }),
          ...(start === undefined ? {} : { rangeStart: at(start) }),
          ...(span === undefined ? {} : { rangeEnd: at(Math.min(first + span, size - 1)) }),
          ...(gateway === undefined ? {} : { gateway: at(gateway) }),
        },
      };
    });
}

export interface Drawn {
  readonly network: JsonObject;
  readonly ranges: readonly DrawnRange[];
}

const number = maybe(fc.nat(9000));
const route = fc.record({
  dst: fc.constantFrom('0.0.0.0/0', '10.0.0.0/8', '192.168.7.9/24', '::/0', '2001:db8:9::1/48', 'fd00::/8'),
  gw: maybe(fc.constantFrom('10.1.0.1', '2001:DB8::1', 'fe80::1', '::ffff:10.1.0.9', '')),
  mtu: number,
  advmss: number,
  priority: number,
  table: number,
  scope: number,
});

/** A network of range sets in all the places where they may stand. */
export function drawNetwork(tight: boolean): fc.Arbitrary<Drawn> {
  const set = fc.record({ family: fc.constantFrom<Family>(4, 4, 6), count: fc.constantFrom(1, 1, 2) });
  const place = fc.constantFrom('ranges', 'ranges', 'ranges', 'ipRanges', 'inline');
  return fc
    .tuple(fc.array(fc.tuple(set, place), { minLength: 1, maxLength: 3 }), fc.nat(5))
    .chain(([sets, overlaps]) => {
      let next = 0;
      // Two ranges in one place overlap, as far as they reach: both must refuse that.
      const step = overlaps === 0 && !tight ? 0 : 1;
      const drawn = sets.map(([{ family, count }, where]) => {
        const members = Array.from({ length: where === 'inline' ? 1 : count }, () => {
          const drawnRange = drawRange(family, next, tight);
          next += step;
          return drawnRange;
        });
        return fc.record({ where: fc.constant(where), members: fc.tuple(...members) });
      });
      return fc.record({
        sets: fc.tuple(...drawn),
        cniVersion: versionFor(
          sets.map(([{ family }]) => family),
          tight,
        ),
        routes: maybe(fc.array(route, { maxLength: 3 })),
      });
    })
    .map(({ sets, cniVersion, routes }) => {
      const listed = (at: string) =>
        sets.filter(({ where }) => where === at).map(({ members }) => members.map(({ written }) => written));
      const [inline = [], ...more] = listed('inline');
      const runtime = [...listed('ipRanges'), ...more];
      return {
        ranges: sets.flatMap(({ members }) => members),
        network: {
          cniVersion,
          name: 'pods',
          type: 'ipvlan',
          ipam: { ...inline[0], ranges: listed('ranges'), ...(routes ? { routes } : {}) },
          ...(runtime.length > 0 ? { runtimeConfig: { ipRanges: runtime } } : {}),
        },
      };
    });
}

/** Addresses that a pod asks for, each in one of the three places, or in two. */
export function drawRequests({ ranges, network }: Drawn): fc.Arbitrary<Pick<Call, 'args' | 'network'>> {
  const inside = fc
    .tuple(fc.constantFrom(...ranges), fc.constantFrom(0, 1, 1, 1, 2, 2, 3, 4, 5, 6, 200, 255, 300))
    .map(([range, step]) => range.at(range.first + step));
  const address = fc
    .tuple(
      fc.oneof({ weight: 19, arbitrary: inside }, { weight: 1, arbitrary: fc.constant('192.0.2.7') }),
      maybe(fc.constant('/16')),
    )
    .map(([text, length = '']) => text + length);
  const request = fc.tuple(address, fc.constantFrom('args', 'cni', 'runtime', 'args runtime'));
  return fc.array(request, { maxLength: 2 }).map((requests) => {
    const listed = (where: string): string[] =>
      requests.filter(([, places]) => places.includes(where)).map(([text]) => text);
    const args = listed('args').length > 0 ? { args: `IgnoreUnknown=1;IP=${listed('args').join(',')}` } : {};
    const runtime = isObject(network['runtimeConfig']) ? network['runtimeConfig'] : {};
    return {
      ...args,
      network: {
        ...network,
        ...(listed('cni').length > 0 ? { args: { cni: { ips: listed('cni') } } } : {}),
        ...(listed('runtime').length > 0 ? { runtimeConfig: { ...runtime, ips: listed('runtime') } } : {}),
      },
    };
  });
}

/** Containers that come and go on one network, or on two of the same ranges. */
export const stories: fc.Arbitrary<readonly Call[]> = drawNetwork(true).chain((drawn) => {
  const who = fc.record({
    container: fc.constantFrom('ada', 'bob', 'cleo', 'dan'),
    interface: fc.constantFrom('eth0', 'eth0', 'net1'),
    name: fc.constantFrom('pods', 'pods', 'pods', 'others'),
  });
  const call = (verb: string) =>
    fc
      .tuple(
        who,
        fc.oneof(
          { weight: 3, arbitrary: fc.constant(drawn) },
          { weight: verb === 'ADD' ? 1 : 0, arbitrary: drawRequests(drawn) },
        ),
      )
      .map(([{ name, ...one }, { network, ...rest }]) => {
        const args = 'args' in rest ? { args: rest.args ?? '' } : {};
        return { verb, ...one, ...args, network: { ...network, name } };
      });
  const previous = fc.constantFrom({}, {}, { previous: 'other' } as const, { previous: 'none' } as const);
  return fc.array(
    fc.oneof(
      { weight: 6, arbitrary: call('ADD') },
      { weight: 3, arbitrary: call('DEL') },
      { weight: 1, arbitrary: fc.tuple(call('CHECK'), previous).map(([one, how]) => ({ ...one, ...how })) },
    ),
    { minLength: 3, maxLength: 16, size: 'max' },
  );
});

/**
 * Containers that come and go while the ranges of their network change. Nobody comes twice: what
 * he has is then no question of the ranges.
 */
export const changes: fc.Arbitrary<readonly Call[]> = fc
  .tuple(drawNetwork(true), drawNetwork(true))
  .chain((drawn) =>
    fc.array(
      fc.record({
        verb: fc.constantFrom('ADD', 'ADD', 'DEL'),
        who: fc.nat(7),
        on: fc.constantFrom(...drawn),
      }),
      { minLength: 3, maxLength: 16, size: 'max' },
    ),
  )
  .map((steps) => {
    const seen = new Set<number>();
    return steps.flatMap(({ verb, who, on }) => {
      if (verb === 'ADD' && seen.has(who)) return [];
      if (verb === 'ADD') seen.add(who);
      else seen.delete(who);
      return [{ verb, container: `c${who}`, network: { ...on.network, cniVersion: '1.0.0' } }];
    });
  });
