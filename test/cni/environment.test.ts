/** The environment contract: what each verb needs, and what each variable may be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, readInvocation } from '../../src/cni/environment.ts';

const full = {
  CNI_CONTAINERID: 'c1',
  CNI_NETNS: '/var/run/netns/c1',
  CNI_IFNAME: 'net1',
  CNI_ARGS: 'IP=10.1.2.3',
  CNI_PATH: '/opt/cni/bin',
};
type Variable = keyof typeof full;

const required: Record<Command, readonly Variable[]> = {
  ADD: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME', 'CNI_PATH'],
  DEL: ['CNI_CONTAINERID', 'CNI_IFNAME', 'CNI_PATH'],
  CHECK: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME', 'CNI_PATH'],
  GC: ['CNI_PATH'],
  STATUS: ['CNI_PATH'],
  VERSION: [],
};
for (const [command, names] of Object.entries(required)) {
  test(`readInvocation() takes ${command} with all that it needs and nothing else`, () => {
    const env = Object.fromEntries(names.map((name) => [name, full[name]]));
    assert.equal(readInvocation({ ...env, CNI_COMMAND: command }).command, command);
  });

  for (const name of names) {
    for (const value of [undefined, '']) {
      test(`readInvocation() misses ${name} of ${command} when it is ${JSON.stringify(value)}`, () => {
        assert.throws(() => readInvocation({ ...full, CNI_COMMAND: command, [name]: value }), {
          kind: 'environment',
          message: `required env variables [${name}] missing`,
        });
      });
    }
  }
}

test('readInvocation() names every missing variable', () => {
  assert.throws(() => readInvocation({ CNI_COMMAND: 'ADD', CNI_PATH: '/opt/cni/bin' }), {
    kind: 'environment',
    message: 'required env variables [CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME] missing',
  });
});

test('readInvocation() hands on what the variables say', () => {
  assert.deepEqual(readInvocation({ ...full, CNI_COMMAND: 'ADD' }), {
    command: 'ADD',
    container: 'c1',
    netns: '/var/run/netns/c1',
    interface: 'net1',
    args: 'IP=10.1.2.3',
  });
});

test('readInvocation() has the empty string for a network namespace that a DEL comes without', () => {
  const { CNI_NETNS: _gone, CNI_ARGS: _none, ...rest } = full;
  const { netns, args } = readInvocation({ ...rest, CNI_COMMAND: 'DEL' });
  assert.deepEqual([netns, args], ['', '']);
});

for (const command of [undefined, '', 'add', 'UPDATE', 'ADD ']) {
  test(`readInvocation() knows no command ${JSON.stringify(command)}`, () => {
    assert.throws(() => readInvocation({ ...full, CNI_COMMAND: command }), {
      kind: 'environment',
      message: `unknown CNI_COMMAND: ${command ?? ''}`,
    });
  });
}

const values: Partial<Record<Variable, { good: readonly string[]; bad: readonly string[] }>> = {
  CNI_CONTAINERID: {
    good: ['a', '0', 'a.b_c-D', 'f'.repeat(64)],
    bad: ['../a', '.a', '-a', '_a', 'a/b', 'a b', 'a\n', 'ä'],
  },
  CNI_IFNAME: {
    good: ['net1', 'e', '...', 'a.b', 'x'.repeat(15)],
    bad: ['.', '..', 'a/b', 'a:b', 'a b', 'a\tb', 'net1\n', 'x'.repeat(16)],
  },
};
for (const [name, { good, bad }] of Object.entries(values)) {
  for (const value of good) {
    test(`readInvocation() takes ${JSON.stringify(value)} as ${name}`, () => {
      assert.doesNotThrow(() => readInvocation({ ...full, CNI_COMMAND: 'ADD', [name]: value }));
    });
  }
  for (const value of bad) {
    test(`readInvocation() refuses ${JSON.stringify(value)} as ${name}, naming it`, () => {
      assert.throws(() => readInvocation({ ...full, CNI_COMMAND: 'DEL', [name]: value }), {
        kind: 'environment',
        message: new RegExp(`^cannot use ${name} as it must .*: current value is "`),
      });
    });
  }
}

for (const command of ['VERSION', 'GC', 'STATUS']) {
  test(`readInvocation() does not look at variables that ${command} does not need`, () => {
    assert.doesNotThrow(() =>
      readInvocation({ CNI_COMMAND: command, CNI_PATH: '/opt/cni/bin', CNI_CONTAINERID: '../..' }),
    );
  });
}

test('readInvocation() counts the bytes of an interface name, as the kernel does', () => {
  const env = { CNI_COMMAND: 'DEL', CNI_CONTAINERID: 'c1', CNI_PATH: 'x', CNI_IFNAME: 'é'.repeat(8) };
  assert.throws(() => readInvocation(env), { kind: 'environment' });
});
