/** Ranges for somebody, end to end: an application keeps to the addresses that the firewall knows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { argsOf } from './pods.ts';

const interfaces = makeInterfaces();
const part = (first: number, last: number, pods?: string[]) => ({
  subnet: '10.10.0.0/24',
  rangeStart: `10.10.0.${first}`,
  rangeEnd: `10.10.0.${last}`,
  ...(pods ? { pods } : {}),
});
const api = (name: string) => ({ args: argsOf(`shop/api-${name}`) });

test('a Deployment keeps to its range through two rolling updates with one address to spare', async () => {
  const ranges = [[part(80, 83, ['shop/api-*']), part(90, 99)]];
  await using host = await startHost(interfaces, { ipam: { ranges } });
  const { node } = host;
  const known = new Set(['10.10.0.80', '10.10.0.81', '10.10.0.82', '10.10.0.83']);
  for (const pod of ['a1', 'a2', 'a3']) await node.add(pod, api(pod));
  for (const [old, young] of [
    ['a', 'b'],
    ['b', 'c'],
  ] as const) {
    for (const place of [1, 2, 3]) {
      const [got = ''] = await node.add(`${young}${place}`, api(`${young}${place}`));
      assert.ok(known.has(got), got);
      await node.del(`${old}${place}`);
    }
  }
  assert.deepEqual(await node.add('other', { args: argsOf('shop/web-1') }), ['10.10.0.90']);
});

test('a range that is used up says that one address is missing; with a spare range, that one is used', async () => {
  const own = part(80, 81, ['shop/api-*']);
  await using tight = await startHost(interfaces, { ipam: { ranges: [[own]] } });
  for (const pod of ['1', '2']) await tight.node.add(pod, api(pod));
  const { reply } = await tight.node.call('ADD', '3', api('3'));
  assert.equal(reply.code, 100);
  assert.match(reply.msg ?? '', /for shop\/api-\* and has no spare: one address more than there are pods/);

  await using roomy = await startHost(interfaces, {
    ipam: { ranges: [[own, part(85, 85, ['shop/api-*'])]] },
  });
  for (const pod of ['1', '2']) await roomy.node.add(pod, api(pod));
  assert.deepEqual(await roomy.node.add('3', api('3')), ['10.10.0.85']);
});

test('a pod that no range is for is told so, also when the runtime does not tell who it is', async () => {
  await using host = await startHost(interfaces, { ipam: { ranges: [[part(80, 81, ['shop/api-*'])]] } });
  for (const [args, says] of [
    [argsOf('shop/web-1'), /to shop\/web-1: its ranges are for shop\/api-\*, and none is for everyone$/],
    ['IgnoreUnknown=1', /to a pod without a name/],
  ] as const) {
    const { reply } = await host.node.call('ADD', 'web', { args });
    assert.equal(reply.code, 7);
    assert.match(reply.msg ?? '', says);
  }
});
