/** Whatever comes in at the border: one well-formed answer, never a stack trace, never a hang. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as fc from 'fast-check';
import { serveCni } from '../../src/commands/serve.ts';
import { FakeWorld } from '../eni/fake-world.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'eni-local-fuzz-'));
after(() => rmSync(dataDir, { recursive: true }));

const SOUND = {
  cniVersion: '1.1.0',
  name: 'pods',
  type: 'ipvlan',
  ipam: { type: 'eni-local', dataDir, ranges: [[{ subnet: '10.1.2.0/24' }]], eni: { assign: false } },
};

/** Values that upset parsers, at home nowhere in particular. */
const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(1e308, -0, Number.MAX_SAFE_INTEGER + 2, 2 ** 64, '\u0000', '\uD800', '\u202E', '__proto__'),
  fc.constantFrom('constructor', 'toString', '10.1.2.0/24', '::/0', '2001:db8::/64', '10.1.2.1-10.1.2.9'),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('9'.repeat(5000), '['.repeat(100), ' ', '%00', '../../..', 'a'.repeat(300)),
);

/** A place in the configuration, such as `ipam.ranges.0.0.subnet`. */
const places = `
  cniVersion name type master ipam runtimeConfig args prevResult __proto__
  cni.dev/valid-attachments ipam.ranges ipam.routes ipam.resolvConf ipam.order ipam.eni
  ipam.ranges.0 ipam.ranges.0.0 ipam.ranges.0.0.subnet ipam.ranges.0.0.gateway
  ipam.cooldown ipam.ranges.0.0.rangeStart ipam.ranges.0.0.rangeEnd
  ipam.ranges.0.0.exclude ipam.subnet ipam.eni.timeout ipam.eni.id ipam.logLevel
  ipam.eni.toString runtimeConfig.ips args.cni
`
  .trim()
  .split(/\s+/);

function withValue(json: unknown, path: readonly string[], value: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  const copy: object = Array.isArray(json) ? [...json] : { ...(json as object) };
  const inner: unknown = Reflect.get(copy, head);
  Object.defineProperty(copy, head, {
    value: withValue(inner, rest, value),
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return copy;
}

const spoilt = fc
  .array(fc.tuple(fc.constantFrom(...places), strange), { minLength: 1, maxLength: 3 })
  .map((changes) =>
    JSON.stringify(
      changes.reduce<unknown>((json, [path, value]) => withValue(json, path.split('.'), value), SOUND),
    ),
  );

const stdin = fc.oneof(
  { weight: 6, arbitrary: spoilt },
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.json({ maxDepth: 4 }),
  fc.nat(200).map((end) => JSON.stringify(SOUND).slice(0, end)),
  fc.constantFrom('['.repeat(50_000), '{"a":'.repeat(20_000), '\uFEFF{}', '1e999999', '"x"', 'null'),
);

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.constantFrom('', '..', 'net1', 'c1'));
const environment = fc.record({
  CNI_COMMAND: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('ADD', 'DEL', 'CHECK', 'GC', 'STATUS', 'VERSION') },
    text,
  ),
  CNI_CONTAINERID: fc.oneof({ weight: 4, arbitrary: fc.constant('c1') }, text),
  CNI_IFNAME: fc.oneof({ weight: 4, arbitrary: fc.constant('net1') }, text),
  CNI_NETNS: fc.constantFrom('/run/netns/none', '', '\u0000'),
  CNI_PATH: fc.constant('/opt/cni/bin'),
  CNI_ARGS: fc.oneof(text, fc.constantFrom('IP=10.1.2.9', 'IP=;;==', 'IgnoreUnknown=1;__proto__=x')),
});

test('any input gets one well-formed answer', async () => {
  await fc.assert(
    fc.asyncProperty(environment, stdin, async (env, input) => {
      const world = new FakeWorld(env);
      world.readStdin = () => input;
      const { stdout, status } = await serveCni(world);
      if (status === 0) {
        if (stdout !== '') assert.equal(typeof JSON.parse(stdout).cniVersion, 'string');
        return;
      }
      const { cniVersion, code, msg, details = '' } = JSON.parse(stdout);
      assert.equal(typeof cniVersion, 'string');
      assert.ok(Number.isInteger(code) && code !== 999, stdout);
      assert.notEqual(code, 3);
      assert.ok(typeof msg === 'string' && msg !== '', stdout);
      assert.doesNotMatch(`${msg}${details}`, /\n\s+at /, 'no stack trace');
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 1500) },
  );
});
