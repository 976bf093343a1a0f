/** host-local and eni-local side by side, case by case. */
import { test } from 'node:test';
import { AGREEMENTS } from './agreements.ts';
import { DIFFERENCES } from './differences.ts';
import { LIBERTIES } from './liberties.ts';
import { skip } from './plugin.ts';
import { assertAlike } from './side-by-side.ts';

for (const [what, calls] of Object.entries({ ...AGREEMENTS, ...LIBERTIES })) {
  test(`as host-local: ${what}`, { skip }, () => assertAlike(calls, DIFFERENCES));
}
