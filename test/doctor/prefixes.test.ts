/** Whether there are prefixes for pods. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPrefixes } from '../../src/doctor/prefixes.ts';
import type { SeenEni } from '../../src/eni/survey.ts';
import { ENI, spansOnEni } from '../allocator/claims.ts';
import { NEIGHBOUR } from '../eni/fake-cloud.ts';
import { span } from '../net/literals.ts';

const seen = (id: string, ...held: readonly string[]): SeenEni => ({
  id,
  subnet: ENI.subnet,
  tags: {},
  holdings: held.map((text) => ({ eni: id, primary: false, span: span(text) })),
});

const cases: [title: string, range: string, enis: SeenEni[], verdict: string, counted: RegExp][] = [
  ['an empty range', '90-150', [], 'ok', /: 3 whole prefixes, 0 on eni-\w+, 3 that nobody/],
  [
    'a range that nodes share',
    '90-150',
    [seen(ENI.id, '10.10.0.96/28'), seen(NEIGHBOUR, '10.10.0.115')],
    'ok',
    /: 3 whole prefixes, 1 on eni-\w+, 1 that nobody/,
  ],
  [
    'a range that others have used up',
    '96-127',
    [seen(NEIGHBOUR, '10.10.0.96/28', '10.10.0.115')],
    'problem',
    /: 2 whole prefixes, 0 on eni-\w+, 0 that nobody/,
  ],
  ['a range without a whole prefix', '97-126', [], 'problem', /has no whole prefix/],
];
for (const [title, range, enis, verdict, counted] of cases) {
  test(`checkPrefixes() counts ${title}`, () => {
    const [finding, ...more] = checkPrefixes(spansOnEni(range), ENI, enis);
    assert.deepEqual([finding?.verdict, more], [verdict, []]);
    assert.match(finding?.message ?? '', counted);
  });
}
