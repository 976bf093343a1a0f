/** host-local and eni-local side by side, over configurations and lives of containers that nobody thought of. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import * as fc from 'fast-check';
import { drawSeed } from '../seed.ts';
import { changes, drawNetwork, drawRequests, stories } from './arbitrary.ts';
import { DIFFERENCES } from './differences.ts';
import { faults } from './faults.ts';
import { type Call, type JsonObject, skip } from './plugin.ts';
import { assertAlike } from './side-by-side.ts';

/** Set ENI_LOCAL_DIFF_RUNS for a long night, and ENI_LOCAL_DIFF_SEED to have a failure again. */
const RUNS = Number(process.env['ENI_LOCAL_DIFF_RUNS'] ?? 40);
const SEED = drawSeed(process.env['ENI_LOCAL_DIFF_SEED']);

const folder = mkdtempSync(join(tmpdir(), 'eni-local-diff-'));
after(() => rmSync(folder, { recursive: true }));

const holds = async (
  t: TestContext,
  property: fc.IAsyncProperty<[readonly Call[]]>,
  numRuns = RUNS,
): Promise<void> => {
  t.diagnostic(`ENI_LOCAL_DIFF_SEED=${SEED}`);
  await fc.assert(property, { numRuns, seed: SEED });
};

const add = (call: Omit<Call, 'verb' | 'container'>): Call => ({ verb: 'ADD', container: 'ada', ...call });
/** Each call for itself, on new state; two at a time, for the sake of the second core. */
const apart = (call: fc.Arbitrary<Call>) =>
  fc.asyncProperty<[readonly Call[]]>(
    fc.array(call, { minLength: 2, maxLength: 2, size: 'max' }),
    async (calls) => void (await Promise.all(calls.map((one) => assertAlike([one], DIFFERENCES)))),
  );

test('any configuration and request gets the same answer', { skip }, async (t) => {
  const call = drawNetwork(false).chain((drawn) => drawRequests(drawn).map(add));
  await holds(t, apart(call));
});

test('any broken configuration fails alike', { skip }, async (t) => {
  const call = fc
    .tuple(drawNetwork(false), faults)
    .map(([{ network }, breakIt]) => add({ network: breakIt(network) }));
  await holds(t, apart(call));
});

test('any resolv.conf is read alike', { skip }, async (t) => {
  const word = fc.constantFrom('10.0.0.2', 'a.example', 'ndots:5', '2001:db8::2', '#', ';x', '.');
  const keyword = fc.constantFrom(
    'nameserver',
    'domain',
    'search',
    'options',
    'sortlist',
    '#',
    ';',
    '',
    'Search',
  );
  const space = fc.constantFrom(' ', '\t', '  ');
  const line = fc
    .tuple(
      fc.constantFrom('', '', ' ', '\t'),
      keyword,
      fc.array(fc.tuple(space, word), { maxLength: 3 }),
      space,
    )
    .map(([before, first, rest, after_]) => before + first + rest.flat().join('') + after_.slice(1));
  const text = fc
    .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\n', '\r\n'))
    .map(([lines, end]) => lines.join(end));
  let files = 0;
  const call = text.map((content) => {
    const resolvConf = join(folder, `resolv-${files++}.conf`);
    writeFileSync(resolvConf, content);
    const network: JsonObject = {
      cniVersion: '1.0.0',
      name: 'pods',
      ipam: { subnet: '10.1.2.0/24', resolvConf },
      // Not read by anybody: it tells what the file has when the test fails.
      content,
    };
    return add({ network });
  });
  await holds(t, apart(call));
});

test('any life of containers is the same', { skip }, async (t) => {
  await holds(
    t,
    fc.asyncProperty(stories, (calls) => assertAlike(calls, DIFFERENCES)),
    Math.ceil(RUNS / 2),
  );
});

test('any change of ranges under living pods does the same', { skip }, async (t) => {
  await holds(
    t,
    fc.asyncProperty(changes, (calls) => assertAlike(calls, DIFFERENCES)),
    Math.ceil(RUNS / 4),
  );
});
