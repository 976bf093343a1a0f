/** The IAM policy: what the program calls, no more, and on marked ENIs alone. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { read } from './examples.ts';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: string;
  readonly Condition?: unknown;
}

const { Statement: statements }: { Statement: readonly Statement[] } = JSON.parse(read('iam-policy.json'));

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Actions of the commands in one of the bundles that load the AWS SDK. */
const actionsIn = (path: string): readonly string[] =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/(\w+)Command\b/g)].map(
    ([, action]) => `ec2:${action}`,
  );

/** Statements for what not everybody uses, by what uses it. */
const EXTRA = { doctor: 'WhatDoctorLooksAt', stale: 'OnlyForReassignStale' };

const allowedIn = (isMeant: (sid: string) => boolean): readonly string[] =>
  statements.flatMap(({ Sid, Action }) => (isMeant(Sid) ? Action : [])).toSorted();

test('iam-policy.json allows the calls that are made, and nothing else', () => {
  const made = actionsIn('src/eni/sdk.ts');
  assert.ok(made.length > 4);
  assert.deepEqual(
    allowedIn((sid) => sid !== EXTRA.doctor),
    made.toSorted(),
  );
  const looked = actionsIn('src/eni/survey-sdk.ts').filter((action) => !made.includes(action));
  assert.deepEqual(
    allowedIn((sid) => sid === EXTRA.doctor),
    looked.toSorted(),
  );
});

test('iam-policy.json has what few use in statements of its own, to be left out', () => {
  const [stale, ...others] = allowedIn((sid) => sid === EXTRA.stale);
  assert.deepEqual([stale, others], ['ec2:DescribeInstances', []]);
  const list = read('README.md');
  for (const sid of Object.values(EXTRA)) assert.ok(list.includes(`\`${sid}\``), sid);
});

test('iam-policy.json lets nothing be changed but ENIs that carry the tag', () => {
  for (const { Effect, Action, Resource, Condition } of statements) {
    assert.equal(Effect, 'Allow');
    const isReading = Action.every((action) => /^ec2:(Describe|Get)/.test(action));
    if (isReading) continue;
    assert.match(Resource, /^arn:aws:ec2:\*:\*:network-interface\/\*$/);
    assert.deepEqual(Condition, {
      StringEquals: { 'aws:ResourceTag/node.k8s.amazonaws.com/no_manage': 'true' },
    });
  }
});
