/** The attachments that a GC is to keep. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readValidAttachments } from '../../src/config/valid-attachments.ts';
import { attachment } from '../allocator/claims.ts';

const NEW = 'cni.dev/valid-attachments';
const OLD = 'cni.dev/attachments';
const listed = (...containers: string[]) =>
  containers.map((containerID) => ({ containerID, ifname: 'net1', netns: '/var/run/netns/x' }));
const read = (json: Record<string, unknown>) =>
  readValidAttachments({ name: 'pods', cniVersion: '1.1.0', json });

const lists: [title: string, json: Record<string, unknown>, expected: readonly string[]][] = [
  ['the list', { [NEW]: listed('c1', 'c2') }, ['c1', 'c2']],
  ['an empty list', { [NEW]: [] }, []],
  ['the list under its old name', { [OLD]: listed('c1') }, ['c1']],
  ['the new one of both', { [NEW]: listed('c1'), [OLD]: listed('c2') }, ['c1']],
];
for (const [title, json, expected] of lists) {
  test(`readValidAttachments() reads ${title}`, () => {
    assert.deepEqual(
      read(json),
      expected.map((container) => attachment(container)),
    );
  });
}

for (const list of [undefined, null, {}, 'c1', [{ containerID: 'c1' }], [{ ifname: 'net1' }], [null]]) {
  test(`readValidAttachments() takes ${JSON.stringify(list)} for no list, which is not an empty list`, () => {
    assert.throws(() => read({ [NEW]: list }), {
      kind: 'invalid-config',
      message: `cannot tell what is garbage as ${NEW} is missing or malformed`,
    });
  });
}
