/** Whether a node has AWS credentials, and why not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainMissingCredentials, requireCredentials } from '../../src/eni/credentials.ts';
import { type Interference, startImds } from './fake-imds.ts';
import { makeNode } from './runs.ts';

const role = { 'iam/security-credentials/': 'node-role' };
const silent: Interference = ({ socket }) => {
  socket.destroy();
  return true;
};

const reasons: [
  title: string,
  tree: Record<string, string>,
  interfere: Interference | undefined,
  code: string,
  message: RegExp,
][] = [
  [
    'the instance has no role',
    {},
    undefined,
    'NoCredentials',
    /^no AWS credentials: the instance has no role$/,
  ],
  ['the role gives none', role, undefined, 'CredentialsUnavailable', /of role node-role could not be had/],
  [
    'IMDS is silent',
    role,
    silent,
    'CredentialsUnavailable',
    /^no AWS credentials: cannot reach the instance metadata/,
  ],
];
for (const [title, tree, interfere, code, message] of reasons) {
  test(`explainMissingCredentials() says ${code} when ${title}`, async () => {
    await using service = await startImds(tree, interfere);
    using node = makeNode();
    const error = await explainMissingCredentials(node.start(service.world));
    assert.equal(error.code, code);
    assert.match(error.message, message);
  });
}

test('requireCredentials() is content with a role, and with variables that the SDK knows', async () => {
  using node = makeNode();
  await using service = await startImds(role);
  await requireCredentials(node.start(service.world));
  await using roleless = await startImds({}, undefined, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE' });
  await requireCredentials(node.start(roleless.world));
  assert.deepEqual(roleless.requests, []);
});

test('requireCredentials() fails when there are none, and when nobody tells', async () => {
  using node = makeNode();
  await using roleless = await startImds({});
  await assert.rejects(requireCredentials(node.start(roleless.world)), { kind: 'denied' });
  await using unreachable = await startImds(role, silent);
  await assert.rejects(requireCredentials(node.start(unreachable.world)), { kind: 'try-again' });
});
