/** Which ENIs are out of use, and what is said of the others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeUse, type EniUse } from '../../src/eni/eni-use.ts';

const attachedTo = (state: string | undefined, hibernates = false): EniUse => ({
  status: 'in-use',
  secondaries: [],
  instance: { id: 'i-0a', hibernates, ...(state === undefined ? {} : { state }) },
});
const unattached = (status: string): EniUse => ({ status, secondaries: [] });

const cases: [use: EniUse, expected: string | undefined][] = [
  [unattached('available'), undefined],
  [attachedTo('stopped'), undefined],
  [attachedTo('terminated'), undefined],
  [attachedTo('running'), 'it is attached to i-0a, which is running'],
  [attachedTo('pending'), 'it is attached to i-0a, which is pending'],
  [attachedTo('stopping'), 'it is attached to i-0a, which is stopping'],
  [attachedTo('shutting-down'), 'it is attached to i-0a, which is shutting-down'],
  [attachedTo('stopped', true), 'it is attached to i-0a, which is stopped and may wake from hibernation'],
  [attachedTo('rebooting'), 'it is attached to i-0a, which is rebooting'],
  [attachedTo(undefined), 'it is attached to i-0a, whose state EC2 does not tell'],
  [unattached('attaching'), 'its status is attaching'],
  [unattached('detaching'), 'its status is detaching'],
  [unattached('in-use'), 'its status is in-use'],
  [unattached('associated'), 'its status is associated'],
];
for (const [use, expected] of cases) {
  const { status, instance } = use;
  const what = instance ? `an instance that is ${instance.state}` : `nothing, status ${status}`;
  test(`describeUse() says of an ENI attached to ${what}${instance?.hibernates ? ', perhaps hibernated' : ''}: ${expected ?? 'out of use'}`, () => {
    assert.equal(describeUse(use), expected);
  });
}
