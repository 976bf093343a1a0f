/** Reserving when EC2 throttles, loses its answer, shows things late, or says no. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudError, type CloudErrorKind } from '../../src/eni/cloud.ts';
import type { CidrReservation, Surveyor } from '../../src/eni/survey.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { parseSpan } from '../../src/net/span.ts';
import { reserve } from '../../src/reserve/reserve.ts';
import { makeNode } from '../eni/runs.ts';

const CIDR = '10.10.0.64/26';
const SUBNET = 'subnet-0a';

/** An EC2 with one subnet, whose next answers may be errors. */
class FakeSurveyor implements Surveyor {
  readonly made: CidrReservation[] = [];
  /** Errors that creating answers, first to last; `after` it was done, or instead. */
  readonly errors: { readonly kind: CloudErrorKind; readonly after: boolean }[] = [];
  /** How many more lists show nothing of what was made. */
  hiddenFor = 0;
  creations = 0;

  cidrsOf = async (): Promise<readonly string[]> => ['10.10.0.0/24'];
  enisIn = async (): Promise<readonly []> => [];
  limitsOf = async () => ({});
  eni = (): Promise<never> => Promise.reject(new Error('nobody asked for that'));

  reservationsIn = async (): Promise<readonly CidrReservation[]> => {
    if (this.hiddenFor === 0) return this.made;
    this.hiddenFor -= 1;
    return [];
  };

  reserve = async (subnet: string, cidr: string, description: string): Promise<CidrReservation> => {
    assert.equal(subnet, SUBNET);
    this.creations += 1;
    const error = this.errors.shift();
    const span = parseSpan(cidr);
    assert.ok(span);
    const reservation = { id: 'scr-01', cidr, type: 'explicit', description, span };
    if (!error || error.after) this.made.push(reservation);
    if (error) throw new CloudError(error.kind, 'Code', 'CreateSubnetCidrReservation: Code: no');
    return reservation;
  };
}

function attempt(survey: FakeSurveyor) {
  using node = makeNode();
  const block = parsePrefix(CIDR);
  assert.ok(block);
  const wish = { block, subnet: SUBNET, description: 'pods', force: false, dryRun: false };
  return reserve(wish, survey, node.start());
}

test('reserve() makes the reservation, and the next time knows it', async () => {
  const survey = new FakeSurveyor();
  const done = await attempt(survey);
  assert.deepEqual([done.result, done.id, done.hidden], ['done', 'scr-01', undefined]);
  assert.equal(survey.made[0]?.description, 'pods');
  const again = await attempt(survey);
  assert.deepEqual([again.result, again.id], ['known', 'scr-01']);
  assert.equal(survey.creations, 1);
});

test('reserve() does not make twice what was made without an answer', async () => {
  const survey = new FakeSurveyor();
  survey.errors.push({ kind: 'transient', after: true });
  const { result, id } = await attempt(survey);
  assert.deepEqual([result, id, survey.creations], ['done', 'scr-01', 1]);
});

test('reserve() tries again while EC2 throttles', async () => {
  const survey = new FakeSurveyor();
  survey.errors.push({ kind: 'not-now', after: false }, { kind: 'transient', after: false });
  assert.equal((await attempt(survey)).result, 'done');
  assert.equal(survey.creations, 3);
});

test('reserve() waits until EC2 shows it, and says when it does not', async () => {
  const late = new FakeSurveyor();
  late.hiddenFor = 5;
  const { result, hidden } = await attempt(late);
  assert.deepEqual([result, hidden], ['done', undefined]);
  const never = new FakeSurveyor();
  never.hiddenFor = 1000;
  assert.equal((await attempt(never)).hidden, true);
});

for (const [kind, failure] of [
  ['denied', 'denied'],
  ['rejected', 'invalid-config'],
] as const) {
  test(`reserve() tells at once what EC2 says when it is ${kind}`, async () => {
    const survey = new FakeSurveyor();
    survey.errors.push({ kind, after: false });
    await assert.rejects(attempt(survey), {
      kind: failure,
      message: `cannot reserve ${CIDR} in ${SUBNET}: CreateSubnetCidrReservation: Code: no`,
    });
    assert.equal(survey.creations, 1);
  });
}
