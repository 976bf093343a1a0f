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

const statementsOf = (file: string): readonly Statement[] => {
  const policy: { Statement: readonly Statement[] } = JSON.parse(read(file));
  return policy.Statement;
};
const statements = statementsOf('iam-policy.json');

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Actions of the commands in one of the bundles that load the AWS SDK. */
const actionsIn = (path: string): readonly string[] =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/(\w+)Command\b/g)].map(
    ([, action]) => `ec2:${action}`,
  );

/** Statements for what not everybody uses, by what uses it. */
const EXTRA = {
  reserved: 'WhatTheSubnetReserves',
  doctor: 'WhatDoctorLooksAt',
  stale: 'OnlyForReassignStale',
};
/** What looks at a subnet or changes it, and not for a pod. */
const SURVEY: ReadonlySet<string> = new Set([EXTRA.reserved, EXTRA.doctor]);
/** The one call that is for people alone. */
const RESERVE = 'ec2:CreateSubnetCidrReservation';

const allowedIn = (isMeant: (sid: string) => boolean): readonly string[] =>
  statements.flatMap(({ Sid, Action }) => (isMeant(Sid) ? Action : [])).toSorted();

test('iam-policy.json allows the calls that are made, and nothing else', () => {
  const made = actionsIn('src/eni/sdk.ts');
  assert.ok(made.length > 4);
  assert.deepEqual(
    allowedIn((sid) => !SURVEY.has(sid)),
    made.toSorted(),
  );
  const looked = actionsIn('src/eni/survey-sdk.ts').filter((action) => !made.includes(action));
  assert.deepEqual([...allowedIn((sid) => SURVEY.has(sid)), RESERVE].toSorted(), looked.toSorted());
});

test('iam-policy-reserve.json allows what the verb calls, and the nodes never reserve', () => {
  const allowed = statementsOf('iam-policy-reserve.json').flatMap(({ Action }) => Action);
  const survey = actionsIn('src/eni/survey-sdk.ts').filter(
    (action) => action !== 'ec2:DescribeInstanceTypes',
  );
  assert.deepEqual(allowed.toSorted(), survey.toSorted());
  assert.ok(!statements.some(({ Action }) => Action.includes(RESERVE)));
});

test('iam-policy.json has what few use in statements of its own, to be left out', () => {
  const [stale, ...others] = allowedIn((sid) => sid === EXTRA.stale);
  assert.deepEqual([stale, others], ['ec2:DescribeInstances', []]);
  assert.deepEqual(
    allowedIn((sid) => sid === EXTRA.reserved),
    ['ec2:GetSubnetCidrReservations'],
  );
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
