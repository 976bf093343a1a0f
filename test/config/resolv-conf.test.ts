/** resolv.conf, after host-local's dns_test.go. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Dns } from '../../src/cni/result.ts';
import { parseResolvConf, readDns } from '../../src/config/resolv-conf.ts';

const all = `# comment
; another
nameserver 192.0.2.0
  nameserver\t192.0.2.1  extra
domain first.example.net
domain example.net
search example.net example.org
search test
options ndots:1 rotate
options edns0
sortlist 192.0.2.0
`;
const cases: [title: string, text: string, expected: Dns][] = [
  ['an empty file', '', {}],
  ['a simple file', 'nameserver 192.0.2.0\n', { nameservers: ['192.0.2.0'] }],
  ['comments', '# a\n ;b\nnameserver 192.0.2.0\n#nameserver 192.0.2.1', { nameservers: ['192.0.2.0'] }],
  ['lines without a value', 'nameserver\ndomain \nsearch\noptions\n', {}],
  [
    'Windows line ends',
    'nameserver 192.0.2.0\r\ndomain a.b\r\n',
    { nameservers: ['192.0.2.0'], domain: 'a.b' },
  ],
  [
    'all fields',
    all,
    {
      nameservers: ['192.0.2.0', '192.0.2.1'],
      domain: 'example.net',
      search: ['example.net', 'example.org', 'test'],
      options: ['ndots:1', 'rotate', 'edns0'],
    },
  ],
];
for (const [title, text, expected] of cases) {
  test(`parseResolvConf() reads ${title}`, () => assert.deepEqual(parseResolvConf(text), expected));
}

const directory = mkdtempSync(join(tmpdir(), 'resolv-conf-'));
after(() => rmSync(directory, { recursive: true }));

test('readDns() reads the file that the configuration names', () => {
  const path = join(directory, 'resolv.conf');
  writeFileSync(path, 'search shop.local\n');
  assert.deepEqual(readDns(path), { search: ['shop.local'] });
});

test('readDns() has no settings when no file is named', () => assert.deepEqual(readDns(undefined), {}));

test('readDns() fails when the file is not there, and says which', () => {
  const path = join(directory, 'absent');
  assert.throws(() => readDns(path), {
    kind: 'io',
    message: new RegExp(`^cannot read ipam\\.resolvConf: .*no such file or directory.*${path}`),
  });
});
