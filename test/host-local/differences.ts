/** Where eni-local differs from Debian's host-local on purpose: the whole list, each with its reason. */
import { add, check, DUAL, del, network, ONE, ranges, SMALL, SUBNET } from './calls.ts';
import { codeOf, isRefusedByRanges } from './codes.ts';
import * as fields from './fields.ts';
import { type Answer, type Call, isObject } from './plugin.ts';
import type { Difference } from './side-by-side.ts';

const POD = 'IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;K8S_POD_UID=4f2a';
const TINY = network(ranges({ subnet: '10.1.2.0/30' }));

const fail = (code: number): Answer => ({ status: 1, reply: { cniVersion: 'any', code } });
const isVersion = (call: Call, text: string): boolean => call.network['cniVersion'] === text;
const failsIf =
  (fault: (call: Call) => boolean, code = 7) =>
  (theirs: Answer, call: Call): Answer =>
    theirs.status === 0 && call.verb === 'ADD' && fault(call) ? fail(code) : theirs;

/** Debian 12 has release 1.1.1 of the plugins. What newer ones do as we do is no choice of ours. */
const AGE = 'Debian’s release is older; the newest host-local does as eni-local does';

/** In the order in which they are applied. */
export const DIFFERENCES: readonly Difference[] = [
  {
    title: 'CNI 1.1.0 is spoken',
    reason: AGE,
    example: [add('a', network(ranges({ subnet: SUBNET }), { cniVersion: '1.1.0' }))],
    ask: (call) =>
      isVersion(call, '1.1.0') ? { ...call, network: { ...call.network, cniVersion: '1.0.0' } } : call,
    expect: ({ status, reply }, call) => ({
      status,
      reply: reply && isVersion(call, '1.1.0') && 'ips' in reply ? { ...reply, cniVersion: '1.1.0' } : reply,
    }),
  },
  {
    title: 'VERSION answers in the version of the caller and knows 1.1.0',
    reason: 'the specification asks for the caller’s version; the newest host-local answers in its own',
    example: [{ verb: 'VERSION', container: 'a', network: { cniVersion: '0.4.0' } }],
    expect: (theirs, call) => {
      const supported = theirs.reply?.['supportedVersions'];
      if (call.verb !== 'VERSION' || !Array.isArray(supported)) return theirs;
      const cniVersion = call.network['cniVersion'] ?? '1.1.0';
      return { status: 0, reply: { cniVersion, supportedVersions: [...(supported as string[]), '1.1.0'] } };
    },
  },
  {
    title: 'GC and STATUS are verbs',
    reason: 'they came with CNI 1.1.0',
    example: [{ verb: 'STATUS', container: 'a', network: { ...ONE, cniVersion: '1.1.0' } }],
    expect: (theirs, { verb }) =>
      (verb === 'GC' || verb === 'STATUS') && theirs.reply?.['code'] === 4
        ? { status: 0, reply: undefined }
        : theirs,
  },
  {
    title: 'routes keep mtu, advmss, priority, table and scope',
    reason: AGE,
    example: [
      add(
        'a',
        network({ ...ranges({ subnet: SUBNET }), routes: [{ dst: '10.0.0.0/8', mtu: 1400, table: 9 }] }),
      ),
    ],
    expect: (theirs, call) => fields.withRouteFields(theirs, call),
  },
  {
    title: 'no dns at all in 1.0.0 when there is nothing to tell',
    reason: AGE,
    example: [add('a')],
    expect: ({ status, reply }) => {
      const isEmpty = isObject(reply?.['dns']) && Object.keys(reply['dns']).length === 0;
      if (!reply || !isEmpty || !String(reply['cniVersion']).startsWith('1.')) return { status, reply };
      const { dns: _, ...rest } = reply;
      return { status, reply: rest };
    },
  },
  {
    title: 'an error tells its cniVersion',
    reason: 'the specification asks for it',
    example: [add('a', { ...ONE, name: '' })],
    expect: ({ status, reply }) => ({
      status,
      reply: status !== 0 && reply ? { ...reply, cniVersion: 'any' } : reply,
    }),
  },
  {
    title: 'codes tell what kind of failure it is',
    reason: 'host-local has 999 for nearly everything; a runtime and a person want to know more',
    example: [add('a', network({}))],
    expect: (theirs) => ({
      status: theirs.status,
      reply:
        theirs.reply && theirs.status !== 0 ? { ...theirs.reply, code: codeOf(theirs.reply) } : theirs.reply,
    }),
  },
  {
    title: 'nil is no reason to panic',
    reason: 'a null among the requested addresses is a wrong type',
    example: [add('a', { ...ONE, runtimeConfig: { ips: [null] } })],
    expect: (theirs) => (theirs.status === 2 ? fail(7) : theirs),
  },
  {
    title: 'name and cniVersion of a wrong type are told as what they are',
    reason: 'the JSON could be decoded: 6 would send one looking for a syntax error',
    example: [add('a', { ...ONE, cniVersion: 5 })],
    expect: (theirs, { network: { name, cniVersion } }) => {
      if (theirs.reply?.['code'] !== 6) return theirs;
      if (fields.isOddType(name)) return fail(7);
      return fields.isOddType(cniVersion) ? fail(1) : theirs;
    },
  },
  {
    title: 'a configuration that is null is no object',
    reason: 'Go reads it as an empty one, and misses the name',
    example: [add('a', ONE, { stdin: 'null' })],
    expect: (theirs, { stdin }) => (stdin === 'null' ? fail(6) : theirs),
  },
  {
    title: 'an unknown command is told first, and never with code 3',
    reason: 'code 3 tells a runtime that no DEL is needed',
    example: [{ verb: 'FLY', container: '', network: ONE }],
    expect: (theirs) => (theirs.reply?.['code'] === 3 ? fail(4) : theirs),
  },
  {
    title: 'ADD again answers what the attachment has',
    reason: 'a runtime that lost the answer asks again; host-local refuses, or gives a second address',
    example: [add('a'), add('a')],
    expect: (theirs, { verb }, { given }) => {
      const isAllocated = theirs.status === 0 || isRefusedByRanges(theirs.reply);
      return verb === 'ADD' && given && isAllocated ? { status: 0, reply: given } : theirs;
    },
    undoes: (_, { verb }, { given }) => verb === 'ADD' && given !== undefined,
  },
  {
    title: 'a failed ADD changes nothing',
    reason: 'all or nothing; host-local moves its round robin on',
    example: [add('a', ONE, { args: 'IP=10.9.9.9' }), add('b')],
    undoes: ({ status }, { verb }) => verb === 'ADD' && status !== 0,
  },
  {
    title: 'a request that cannot be met is told before ranges that are exhausted',
    reason: 'it is wrong for ever; and which of several host-local tries is left to chance',
    example: [
      ...['a', 'b', 'c', 'd', 'e'].map((container) => add(container, SMALL)),
      add('f', SMALL, { args: 'IP=10.9.9.9' }),
    ],
    expect: async (theirs, { verb }, { askFresh }) => {
      const code = Number(theirs.reply?.['code']);
      if (verb !== 'ADD' || (code !== 100 && code !== 102)) return theirs;
      const { status, reply } = await askFresh();
      return status !== 0 && reply && codeOf(reply) === 7 ? fail(7) : theirs;
    },
  },
  {
    title: 'DEL and CHECK are decided by the state alone',
    reason: 'a configuration that was changed or broken must not keep a pod from going',
    example: [add('a'), del('a', network({})), check('a', network({}))],
    ask: (call) => {
      if ((call.verb !== 'DEL' && call.verb !== 'CHECK') || call.stdin !== undefined) return call;
      const { args: _, ...rest } = call;
      const { runtimeConfig: _r, args: _a, ...top } = call.network;
      return { ...rest, network: { ...top, ipam: ranges({ subnet: '10.0.0.0/8' }) } };
    },
  },
  {
    title: 'CHECK compares with prevResult',
    reason: 'the specification asks for it; host-local looks for any record of the attachment',
    example: [add('a'), check('a', ONE, { previous: 'other' })],
    expect: (theirs, { verb, network: { prevResult } }, { given }) => {
      const isCompared = theirs.status === 0 || theirs.reply?.['code'] === 105;
      if (verb !== 'CHECK' || !isCompared) return theirs;
      if (!isObject(prevResult)) return fail(7);
      return theirs.status === 0 && !fields.hasAddressesOf(prevResult, given) ? fail(105) : theirs;
    },
  },
  {
    title: 'a pod keeps its address in a new sandbox when the old one is gone',
    reason: 'runtimes make a new sandbox without a DEL of the old one',
    example: [add('old', ONE, { args: POD, sandbox: 'lost' }), add('new', ONE, { args: POD })],
    expect: (theirs, { args }, { lost }) =>
      theirs.status === 0 && lost && args === lost.args ? { status: 0, reply: lost.result } : theirs,
  },
  {
    title: 'the address of a pod that is gone without a DEL is given when no other is free',
    reason: 'a reboot or a crash must not use the range up',
    example: [add('old', TINY, { sandbox: 'lost' }), add('new', TINY)],
    expect: (theirs, _, { lost }) =>
      theirs.reply?.['code'] === 100 && lost ? { status: 0, reply: lost.result } : theirs,
  },
  {
    title: 'IP in CNI_ARGS may have several addresses',
    reason: 'Multus joins them with commas',
    example: [add('a', DUAL, { args: 'IP=10.1.2.9,2001:db8:1::9' })],
    ask: fields.splitRequests,
  },
  {
    title: 'CNI_ARGS may have empty pairs, the pod without IgnoreUnknown, and any value of that',
    reason: 'callers join pairs carelessly, and who the pod is matters to eni-local',
    example: [add('a', ONE, { args: ';K8S_POD_NAME=web-0;IgnoreUnknown=t' })],
    ask: fields.tidyArgs,
  },
  {
    title: 'what of ipam has no effect is not read',
    reason: 'rangeStart, rangeEnd and gateway without subnet, and an empty subnet, mean nothing',
    example: [add('a', network({ ...ranges({ subnet: SUBNET }), gateway: 'none' }))],
    ask: fields.withoutIdle,
  },
  {
    title: 'fields of eni-local are checked',
    reason: 'host-local does not have them',
    example: [add('a', network({ ...ranges({ subnet: SUBNET }), order: 'sideways' }))],
    expect: failsIf(({ network: { ipam } }) => isObject(ipam) && ipam['order'] === 'sideways'),
  },
  {
    title: 'a master that is no text is refused',
    reason: 'eni-local looks for the ENI there; no interface plugin takes it either',
    example: [add('a', { ...ONE, master: 5 })],
    expect: failsIf(({ network: { master } }) => typeof master === 'number'),
  },
  {
    title: 'routes that no caller could read are refused',
    reason: 'host-local answers "<nil>" or null, and drops numbers of a wrong type (newer ones refuse those)',
    example: [add('a', network({ ...ranges({ subnet: SUBNET }), routes: [{ gw: '10.1.2.5' }] }))],
    expect: failsIf(({ network: config }) => fields.routesOf(config).some(fields.isOddRoute)),
  },
  {
    title: 'the broadcast address is not given because rangeStart names it',
    reason: 'rangeEnd, when it is not given, is the address before it: the range is empty',
    example: [add('a', network(ranges({ subnet: SUBNET, rangeStart: '10.1.2.255' })))],
    expect: failsIf(({ network: config }) => fields.rangesOf(config).some(fields.startsAtBroadcast)),
  },
  {
    title: 'addresses that begin with a zero byte are whole',
    reason: 'host-local loses the zeros when it counts, and answers nonsense or fails',
    example: [add('a', network(ranges({ subnet: '64:ff9b:1::/96' })))],
    ask: (call) => fields.replaceText(call, '"64:ff9b:', '"2064:ff9b:'),
    expect: (theirs) => fields.replaceText(theirs, '"2064:ff9b:', '"64:ff9b:'),
  },
];
