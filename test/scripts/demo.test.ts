/** `scripts/demo`: the first thing that a newcomer runs comes to its good end. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const demo = fileURLToPath(new URL('../../scripts/demo', import.meta.url));
const isEverythingRequired = process.env['CI'] === 'true' || process.env['ENI_LOCAL_REQUIRE_ALL'] === '1';
/** Installing what is missing may take a while. */
const LONGEST_MS = 240_000;

test('the demo shows the main job, from the first ADD to an ENI without a trace', {
  skip: !isEverythingRequired && process.getuid?.() !== 0 && 'it takes root',
}, () => {
  const { status, stdout, stderr } = spawnSync(demo, { encoding: 'utf8', timeout: LONGEST_MS });
  assert.equal(status, 0, `${stdout}${stderr}`);
  assert.match(stdout, /At every step, the addresses on the ENI, on record and in live pods were the same\./);
});
