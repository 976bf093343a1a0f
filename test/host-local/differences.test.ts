/** The list of differences is honest: each of them still occurs, and nothing but it explains its example. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIFFERENCES } from './differences.ts';
import { skip } from './plugin.ts';
import { assertAlike, findParting } from './side-by-side.ts';

for (const difference of DIFFERENCES) {
  test(`on purpose: ${difference.title}`, { skip }, async () => {
    await assertAlike(difference.example, DIFFERENCES);
    const others = DIFFERENCES.filter((other) => other !== difference);
    const parting = await findParting(difference.example, others);
    assert.ok(parting, 'it does not occur any more: take it off the list');
  });
}
