/** CNI_ARGS, as runtimes and Multus send them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArgs } from '../../src/cni/args.ts';

const addresses: [text: string, expected: readonly string[]][] = [
  ['', []],
  ['IP=', []],
  ['IP=10.1.2.3', ['10.1.2.3']],
  ['IP=10.1.2.3/24', ['10.1.2.3/24']],
  ['IP=10.1.2.3,2001:db8::3', ['10.1.2.3', '2001:db8::3']],
  ['IP=10.1.2.3,', ['10.1.2.3']],
  ['IP=10.1.2.3;IP=10.1.2.4', ['10.1.2.4']],
  ['IgnoreUnknown=1;;IP=10.1.2.3;', ['10.1.2.3']],
];
for (const [text, expected] of addresses) {
  test(`parseArgs() finds ${expected.length} requested addresses in "${text}"`, () => {
    assert.deepEqual(parseArgs(text).addresses, expected);
  });
}

test('parseArgs() knows the pod that Multus names', () => {
  const text =
    'IgnoreUnknown=true;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=db-0;K8S_POD_INFRA_CONTAINER_ID=c1;K8S_POD_UID=7b1e';
  assert.deepEqual(parseArgs(text), { addresses: [], pod: { namespace: 'shop', name: 'db-0', uid: '7b1e' } });
});

test('parseArgs() knows a pod by its UID or by its whole name', () => {
  const pod = { namespace: '', name: '', uid: '' };
  const named = { ...pod, namespace: 'shop', name: 'db-0' };
  assert.deepEqual(parseArgs('K8S_POD_NAMESPACE=shop;K8S_POD_NAME=db-0').pod, named);
  assert.deepEqual(parseArgs('K8S_POD_UID=7b1e').pod, { ...pod, uid: '7b1e' });
  for (const text of ['K8S_POD_UID=', 'K8S_POD_NAMESPACE=shop', 'K8S_POD_NAME=db-0;K8S_POD_UID='])
    assert.deepEqual(parseArgs(text), { addresses: [] });
});

for (const pair of ['FOO', 'A=b=c', 'IP']) {
  test(`parseArgs() refuses the pair "${pair}", also when unknown ones are ignored`, () => {
    const message = `CNI_ARGS: invalid pair "${pair}"`;
    assert.throws(() => parseArgs(`IgnoreUnknown=1;${pair}`), { kind: 'environment', message });
  });
}

for (const ignore of ['', 'IgnoreUnknown=0;', 'IgnoreUnknown=false;', 'IgnoreUnknown=;']) {
  test(`parseArgs() names unknown keys after "${ignore}"`, () => {
    assert.throws(() => parseArgs(`${ignore}FOO=bar;ip=10.1.2.3`), {
      kind: 'environment',
      message: 'CNI_ARGS: unknown args ["FOO=bar","ip=10.1.2.3"]',
    });
  });
}

for (const ignore of ['IgnoreUnknown=1', 'IgnoreUnknown=true', 'IgnoreUnknown=True']) {
  test(`parseArgs() passes over unknown keys with ${ignore}, wherever it stands`, () => {
    assert.deepEqual(parseArgs(`FOO=bar;${ignore}`), { addresses: [] });
  });
}
