/** Network configurations as people keep them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readNetworks } from '../../src/cli/config-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'eni-local-config-'));
after(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const path = join(folder, 'file');
  writeFileSync(path, text);
  return readNetworks(path);
}

const ipam = { type: 'eni-local', ranges: [[{ subnet: '10.1.2.0/24' }]] };
const bare = { cniVersion: '1.0.0', name: 'pods', type: 'ipvlan', master: 'ens6', ipam };
const definition = (config: string): string => `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata:
  name: signalling
spec:
  config: |
    ${config}
`;

const files: [title: string, text: string, names: readonly string[]][] = [
  ['a bare configuration', JSON.stringify(bare), ['pods']],
  [
    'a list of plugins, of which one has our IPAM',
    JSON.stringify({
      cniVersion: '1.0.0',
      name: 'listed',
      plugins: [{ type: 'ipvlan', ipam }, { type: 'tuning' }],
    }),
    ['listed'],
  ],
  ['a NetworkAttachmentDefinition', definition(JSON.stringify(bare)), ['pods']],
  [
    'a definition whose configuration has no name',
    definition(JSON.stringify({ ...bare, name: undefined })),
    ['signalling'],
  ],
  [
    'several documents, of which some are ours',
    `${definition(JSON.stringify(bare))}---\nkind: Pod\n`,
    ['pods'],
  ],
  ['what host-local has', JSON.stringify({ ...bare, ipam: { ...ipam, type: 'host-local' } }), ['pods']],
];
for (const [title, text, names] of files) {
  test(`readNetworks() reads ${title}`, () => {
    assert.deepEqual(
      read(text).map(({ name }) => name),
      names,
    );
  });
}

const refused: [title: string, text: string, message: RegExp][] = [
  ['another IPAM', JSON.stringify({ ...bare, ipam: { type: 'dhcp' } }), /has no network whose ipam\.type is/],
  ['broken YAML', 'a: [', /^cannot decode .*file: /],
  [
    'a definition without a configuration',
    'kind: NetworkAttachmentDefinition\nmetadata: {name: x}\n',
    /x has no spec\.config/,
  ],
  ['a definition with a broken one', definition('{"name":'), /^cannot decode spec\.config of signalling/],
];
for (const [title, text, message] of refused) {
  test(`readNetworks() refuses ${title}, and names the file`, () => {
    assert.throws(() => read(text), { name: 'Failure', message });
    assert.throws(() => read(text), { message: /file/ });
  });
}

test('readNetworks() says that a file cannot be read', () => {
  assert.throws(() => readNetworks(join(folder, 'none')), {
    kind: 'io',
    message: /^cannot read .*none: ENOENT/,
  });
});
