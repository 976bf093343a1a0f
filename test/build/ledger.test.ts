/** What is in the executable, and who brought it in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeLedger, readLedger } from '../../scripts/build/ledger.mjs';

test('the ledger tells what is in the bundle', async () => {
  assert.deepEqual(await makeLedger(), await readLedger(), 'it has changed: run "npm run ledger", and look');
});

test('what every process loads is small, and has neither the SDK nor what is for people', async () => {
  const { main } = await makeLedger();
  assert.ok(main);
  assert.ok(main.kilobytes < 250, `${main.kilobytes} kB`);
  const foreign = Object.keys(main.packages).filter((name) => /^@aws|^@smithy|^yaml$/.test(name));
  assert.deepEqual(foreign, []);
});
