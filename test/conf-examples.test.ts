/** Every example configuration is one that the plugin understands. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readNetwork } from '../src/cni/network.ts';
import { readAllocation } from '../src/config/allocation.ts';
import { isObject, type JsonObject } from '../src/json.ts';

const FOLDER = new URL('../conf-examples/', import.meta.url);

/** The networks that a file configures: the block under `config: |`, a conflist's plugins, or the file itself. */
function networksIn(file: string): readonly JsonObject[] {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  const [, block] = /\n {2}config: \|\n((?: {4}.*\n)+)/.exec(text) ?? [];
  const json: unknown = JSON.parse(block ?? text);
  assert.ok(isObject(json));
  const { plugins, ...list } = json;
  return Array.isArray(plugins) ? plugins.map((plugin: JsonObject) => ({ ...list, ...plugin })) : [json];
}

for (const file of readdirSync(FOLDER).filter((name) => name !== 'iam-policy.json')) {
  test(`${file} is understood`, () => {
    for (const json of networksIn(file)) {
      const { rangeSets } = readAllocation(readNetwork(json), '');
      assert.ok(rangeSets.length > 0);
    }
  });
}

test('iam-policy.json allows the calls that are made, and nothing else', () => {
  const policy = readFileSync(new URL('iam-policy.json', FOLDER), 'utf8');
  const source = readFileSync(new URL('../src/eni/sdk.ts', import.meta.url), 'utf8');
  const made = [...source.matchAll(/(\w+)Command/g)].map(([, action]) => `ec2:${action}`);
  const allowed = policy.match(/ec2:[A-Z]\w+/g);
  assert.deepEqual(allowed?.toSorted(), made.toSorted());
});
