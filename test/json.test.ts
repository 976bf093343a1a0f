/** Narrowing of JSON values. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isObject } from '../src/json.ts';

for (const text of ['{}', '{"a": 1}']) {
  test(`isObject() takes ${text}`, () => assert.equal(isObject(JSON.parse(text)), true));
}
for (const text of ['null', '[]', '[{}]', '"{}"', '1', 'true']) {
  test(`isObject() does not take ${text}`, () => assert.equal(isObject(JSON.parse(text)), false));
}
