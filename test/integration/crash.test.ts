/** kill -9 at every step that others can see: whatever it leaves behind, the next invocations repair. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Crashes } from './crashes.ts';
import { ENI, type HostOptions, RANGE, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { trace, whyNoStrace } from './strace.ts';

const interfaces = makeInterfaces();

/** Somebody else's, on the pods' ENI: one outside of the range, and the second one of the range. */
const FOREIGN = ['10.10.0.81', '10.10.0.200'];
const onEni: HostOptions = {
  seed: (seed) => ({
    ...seed,
    enis: seed.enis.map((eni) => (eni.id === ENI ? { ...eni, secondaries: FOREIGN } : eni)),
  }),
};
/** The first prefix of the range has somebody else's address in it, and the resident's is in no whole one. */
const inPrefixes: HostOptions = {
  ...onEni,
  ipam: {
    ranges: [[{ ...RANGE, rangeStart: '10.10.0.79', rangeEnd: '10.10.0.127' }]],
    cooldown: 0,
    eni: { mode: 'prefix', spare: 0 },
  },
};
const withoutEni: HostOptions = { ...onEni, ipam: { eni: { assign: false } } };

const isEverythingRequired = process.env['CI'] === 'true' || process.env['ENI_LOCAL_REQUIRE_ALL'] === '1';
const whyNot = whyNoStrace();
const skip = isEverythingRequired ? false : (whyNot ?? false);

const folder = mkdtempSync(join(tmpdir(), 'eni-local-netns-'));
after(() => rmSync(folder, { recursive: true }));

function makeNetns(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, '');
  return path;
}

for (const [command, place, eni, options] of [
  ['ADD', '', ENI, onEni],
  ['DEL', '', ENI, onEni],
  ['ADD', ' in prefixes', ENI, inPrefixes],
  ['DEL', ' in prefixes', ENI, inPrefixes],
  ['ADD', ' without an ENI', undefined, withoutEni],
  ['DEL', ' without an ENI', undefined, withoutEni],
] as const) {
  test(`${command}${place}, killed at each of its steps, harms nobody and leaves nothing`, {
    skip,
  }, async (t) => {
    assert.equal(whyNot, undefined);
    const foreign = new Map([[ENI, FOREIGN]]);
    const isInPrefixes = options === inPrefixes;
    const residentArgs = isInPrefixes ? { residentArgs: 'IP=10.10.0.79' } : {};
    const crashes = new Crashes({
      command,
      options,
      interfaces,
      eni,
      foreign,
      makeNetns,
      isInPrefixes,
      ...residentArgs,
    });
    t.diagnostic(await crashes.play());
  });
}

/** One commit: the whole text is on disk before it gets its name, and its name before anything else happens. */
const commitOf = (version: number): string[] => [
  'create temporary file',
  'write temporary file',
  'sync temporary file',
  `link state.${version}.json`,
  'unlink temporary file',
  'sync directory',
];

test('the intent is durable before EC2 hears of it, and the outcome before the runtime does', {
  skip,
}, async () => {
  assert.equal(whyNot, undefined);
  await using host = await startHost(interfaces, onEni);
  const netns = makeNetns('durable');
  const told = async (command: string): Promise<string[]> => {
    const { steps } = await trace(host.node, { command, container: 'durable', netns });
    return steps
      .map(({ id }) => id.replace(/ #\d+$/, ''))
      .filter((id) => /temporary|link state|sync|EC2|answer/.test(id) && !id.startsWith('connect'));
  };
  const sign = `sync ${ENI}.under-way`;
  const heard = ['send to EC2', 'hear from EC2'];
  // The first of a boot also remembers where the ENI is.
  const known = commitOf(1);
  assert.deepEqual(await told('ADD'), [
    ...known,
    ...commitOf(2),
    sign,
    'sync directory',
    ...heard,
    ...commitOf(3),
    'answer',
  ]);
  // A DEL answers by its end.
  assert.deepEqual(await told('DEL'), [
    ...commitOf(4),
    'unlink state.1.json',
    sign,
    ...heard,
    ...commitOf(5),
    'unlink state.2.json',
  ]);
});
