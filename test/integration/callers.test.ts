/** What container runtimes, Multus and interface plugins really send. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { ENI, type Host, RANGE, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();

const POD = [
  'IgnoreUnknown=true',
  'K8S_POD_NAMESPACE=default',
  'K8S_POD_NAME=web-0',
  'K8S_POD_INFRA_CONTAINER_ID=c1',
  'K8S_POD_UID=4f2a',
];

/** Another range set of the same subnet, for pods that ask for two addresses. */
const SECOND = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.200', rangeEnd: '10.10.0.209' };

/** All that an ipvlan configuration may have beside ipam, as a delegate of Multus gets it. */
const IPVLAN = {
  type: 'ipvlan',
  mode: 'l2',
  mtu: 9001,
  linkInContainer: false,
  dns: { nameservers: ['10.10.0.2'] },
  capabilities: { ips: true, mac: true, portMappings: true },
  runtimeConfig: { mac: '0a:00:00:00:00:01', portMappings: [{ hostPort: 80 }], ips: ['10.10.0.90'] },
  args: { cni: { labels: [{ key: 'app', value: 'web' }], ips: ['10.10.0.90/24'] } },
  prevResult: { cniVersion: '1.0.0', interfaces: [{ name: 'net1' }], ips: [] },
};

const podsOf = ({ node }: Host): unknown[] =>
  node.document().reservations.map((reservation) => 'pod' in reservation && reservation.pod);

/** CNI_ARGS as they come. */
const ARGS: Readonly<Record<string, string>> = {
  'in Multus’s order': POD.join(';'),
  'in another order': POD.toReversed().join(';'),
  'twice, by the runtime and by Multus': [...POD, ...POD].join(';'),
  'with keys that only others know': [...POD, 'MAC=0a:00:00:00:00:01', 'FOO=bar'].join(';'),
  'with what IgnoreUnknown is for before it': ['FOO=bar', ...POD].join(';'),
  'with empty pairs': `;${POD.join(';;')};`,
  'without IgnoreUnknown': POD.slice(1).join(';'),
};

for (const [how, args] of Object.entries(ARGS)) {
  test(`CNI_ARGS ${how} tells the pod`, async () => {
    await using host = await startHost(interfaces);
    assert.deepEqual(await host.node.add('c1', { args }), ['10.10.0.80']);
    assert.deepEqual(podsOf(host), [{ namespace: 'default', name: 'web-0', uid: '4f2a' }]);
    await host.node.del('c1', { args });
    assert.deepEqual(host.aws.addresses(ENI), []);
  });
}

test('Multus joins the addresses of an annotation with a comma, and may send them in runtimeConfig, too', async () => {
  await using host = await startHost(interfaces, { ipam: { ranges: [[RANGE], [SECOND]] } });
  const ips = ['10.10.0.85', '10.10.0.205'];
  const args = [...POD, `IP=${ips.join(',')}`].join(';');
  for (const network of [{}, { runtimeConfig: { ips } }, { runtimeConfig: { ips: ['10.10.0.205/24'] } }]) {
    assert.deepEqual(await host.node.add('c1', { args, network }), ips);
    await host.node.del('c1', { args, network });
  }
});

test('an interface plugin hands its whole configuration on', async () => {
  await using host = await startHost(interfaces);
  assert.deepEqual(await host.node.add('c1', { network: IPVLAN }), ['10.10.0.90']);
  await host.node.del('c1', { network: IPVLAN });
  assert.deepEqual(host.aws.addresses(ENI), []);
});

test('containerd sends DEL twice, without a namespace and a prevResult, and with what it likes as arguments', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('c1', { args: POD.join(';') });
  await host.node.add('c2');
  for (const args of [undefined, POD.join(';'), '']) {
    await host.node.del('c1', { netns: '', ...(args === undefined ? {} : { args }) });
  }
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.81']);
  assert.equal(host.aws.calls('UnassignPrivateIpAddresses'), 1);
});

test('a sandbox that failed half-way gets its DEL though its ADD never came here', async () => {
  await using host = await startHost(interfaces);
  await host.node.del('c1', { netns: '', network: { prevResult: undefined, runtimeConfig: {} } });
  assert.equal(host.aws.calls(), 0);
});

test('STATUS is polled with the whole configuration, and leaves nothing behind', async () => {
  await using host = await startHost(interfaces);
  const call = {
    network: { ...IPVLAN, cniVersion: '1.1.0' },
    env: { CNI_CONTAINERID: '', CNI_NETNS: '', CNI_IFNAME: '' },
  };
  await host.node.call('STATUS', '', call);
  const files = readdirSync(host.node.dataDir);
  for (let n = 0; n < 5; n++) {
    const { status, stdout, stderr } = await host.node.call('STATUS', '', call);
    assert.deepEqual([status, stdout, stderr], [0, '', '']);
  }
  assert.deepEqual(readdirSync(host.node.dataDir), files);
  assert.equal(host.aws.calls(), 0);
});

test('CHECK gets the result of the whole chain, from the runtime’s cache', async () => {
  await using host = await startHost(interfaces);
  const { reply } = await host.node.call('ADD', 'c1');
  const [ip] = reply.ips ?? [];
  const prevResult = {
    cniVersion: '1.0.0',
    interfaces: [{ name: 'net1', mac: interfaces[1].mac, sandbox: '/var/run/netns/c1' }],
    ips: [
      { ...ip, interface: 0 },
      { address: '192.168.0.7/24', interface: 0 },
    ],
    dns: {},
  };
  const { status, stdout } = await host.node.call('CHECK', 'c1', { network: { prevResult } });
  assert.deepEqual([status, stdout], [0, '']);
});

test('variables that are no concern of ours change nothing', async () => {
  await using host = await startHost(interfaces);
  const env = {
    TRACEPARENT: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    CNI_NETNS_OVERRIDE: 'true',
    CNI_FUTURE: 'x',
    KUBECONFIG: '/nowhere',
    LC_ALL: 'xx_XX',
    TMPDIR: '/nowhere',
    HOME: '',
  };
  const { reply, stderr } = await host.node.call('ADD', 'c1', { env });
  assert.deepEqual(reply, { cniVersion: '1.0.0', ips: [{ address: '10.10.0.80/24', gateway: '10.10.0.1' }] });
  assert.equal(stderr, '');
});

const listed = (...containers: string[]) =>
  containers.map((containerID) => ({ containerID, ifname: 'net1' }));

/** libcni sends both names; others may know one. The newer one counts. */
const LISTS: Readonly<Record<string, Record<string, unknown>>> = {
  'both names': { 'cni.dev/valid-attachments': listed('c1'), 'cni.dev/attachments': listed('c1') },
  'the new name alone': { 'cni.dev/valid-attachments': listed('c1') },
  'the old name alone': { 'cni.dev/attachments': listed('c1') },
  'an old list that says more': {
    'cni.dev/valid-attachments': listed('c1'),
    'cni.dev/attachments': listed('c1', 'c2'),
  },
  'attachments of other networks, too': { 'cni.dev/valid-attachments': listed('c9', 'c1', 'c8') },
};

for (const [how, lists] of Object.entries(LISTS)) {
  test(`GC with ${how} keeps what is listed`, async () => {
    await using host = await startHost(interfaces);
    const [kept] = await host.node.add('c1');
    await host.node.add('c2');
    const network = { cniVersion: '1.1.0', ...lists };
    const { status, stdout } = await host.node.call('GC', '', { network });
    assert.deepEqual([status, stdout], [0, '']);
    assert.deepEqual(host.aws.addresses(ENI), [kept]);
  });
}

const VARIABLES = ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME', 'CNI_PATH'];

/** What each verb needs beside CNI_COMMAND, as the reference library has it; CNI_ARGS is never needed. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  ADD: VARIABLES,
  CHECK: VARIABLES,
  DEL: ['CNI_CONTAINERID', 'CNI_IFNAME', 'CNI_PATH'],
  GC: ['CNI_PATH'],
  STATUS: ['CNI_PATH'],
  VERSION: [],
};

const without = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, undefined]));

for (const [verb, required] of Object.entries(REQUIRED)) {
  const needs = required.join(', ') || 'nothing';

  test(`${verb} needs ${needs}, and names whatever is missing`, async () => {
    await using host = await startHost(interfaces);
    const { reply: result } = await host.node.call('ADD', 'c1');
    const lists = { 'cni.dev/valid-attachments': listed('c1') };
    const network = { cniVersion: '1.1.0', prevResult: result, ...lists };
    const call = (env: Record<string, string | undefined>) => host.node.call(verb, 'c1', { network, env });

    for (const name of required) {
      for (const env of [without(name), { [name]: '' }]) {
        const { status, reply, stderr } = await call(env);
        assert.deepEqual([status, reply.code, stderr], [1, 4, ''], name);
        assert.equal(reply.msg, `required env variables [${name}] missing`);
      }
    }
    if (required.length > 0) {
      const { reply } = await call(without(...VARIABLES));
      assert.equal(reply.msg, `required env variables [${required.join(',')}] missing`);
    }
    assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.80'], 'nothing was done meanwhile');

    const others = VARIABLES.filter((name) => !required.includes(name));
    const { status, reply } = await call(without('CNI_ARGS', ...others));
    assert.equal(status, 0, reply.msg);
  });
}

test('a variable that a verb does not need is not looked at', async () => {
  await using host = await startHost(interfaces);
  const env = { CNI_CONTAINERID: '../..', CNI_IFNAME: 'far too long for an interface', CNI_ARGS: 'broken' };
  const network = { cniVersion: '1.1.0', 'cni.dev/valid-attachments': [] };
  for (const verb of ['GC', 'STATUS', 'VERSION']) {
    const { status, reply } = await host.node.call(verb, '', { network, env });
    assert.equal(status, 0, `${verb}: ${reply.msg}`);
  }
});

test('the environment is at fault before the configuration is', async () => {
  await using host = await startHost(interfaces);
  const { reply } = await host.node.call('ADD', '', { stdin: '{' });
  assert.equal(reply.code, 4);
  assert.equal(reply.msg, 'required env variables [CNI_CONTAINERID] missing');
});
