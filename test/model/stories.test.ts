/** Stories that the model once had to tell: short runs of it, with what is to be seen on the way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opened } from '../allocator/claims.ts';
import { delayCommand, faultCommand, moveAwayCommand, passCommand, plantCommand } from './cloud-commands.ts';
import { ENI, OTHER_ENI } from './node.ts';
import { addCommand, type Command, delCommand, rebootCommand, renewCommand } from './pod-commands.ts';
import { play } from './story.ts';

const UNASSIGN = 'UnassignPrivateIpAddresses';

/** The next call is carried out after so long, and nobody hears of it. */
const unheard = (milliseconds: number): Command => delayCommand({ milliseconds, isFatal: false });
/** The same, and its process is killed while it waits. */
const fatal = (milliseconds: number): Command => delayCommand({ milliseconds, isFatal: true });

/** What is on an ENI at this point of the story. */
const holds = (eni: string, ...addresses: readonly string[]): Command => ({
  check: () => true,
  toString: () => `${eni} holds ${addresses.join()}`,
  async run(_, node) {
    assert.deepEqual(node.aws.addresses(eni), addresses);
  },
});

/** Who has what by the state at this point of the story. */
const records = (...expected: readonly string[]): Command => ({
  check: () => true,
  toString: () => `on record: ${expected.join()}`,
  async run(_, node) {
    const { reservations } = opened(node.state());
    assert.deepEqual(
      reservations.map(({ container, address, state }) => `${container} ${address} ${state}`),
      expected,
    );
  },
});

test('an Assign that lands after its ADD was killed and undone is taken off by the next ADD', () =>
  play([
    fatal(15_000),
    addCommand('pods', 'ada', {}),
    records('ada-1 10.10.0.80 assigning'),
    delCommand(0, {}),
    records(),
    passCommand(15_000),
    holds(ENI, '10.10.0.80'),
    addCommand('pods', 'bob', {}),
    holds(ENI, '10.10.0.81'),
  ]));

test('an Assign that was carried out unheard is found to be so when it is tried again', () =>
  play([unheard(0), addCommand('pods', 'ada', {}), records('ada-1 10.10.0.80 assigned'), delCommand(0, {})]));

test('an address whose Unassign may still land is given to nobody, and a minute later to anybody', () =>
  play([
    addCommand('pods', 'ada', {}),
    unheard(30_000),
    delCommand(0, {}),
    records(),
    addCommand('pods', 'bob', { wish: '10.10.0.80' }),
    records(),
    passCommand(60_000),
    addCommand('pods', 'bob', { wish: '10.10.0.80' }),
    records('bob-1 10.10.0.80 assigned'),
  ]));

test('a killed DEL is finished by the next ADD of any pod', () =>
  play([
    addCommand('pods', 'ada', {}),
    fatal(0),
    delCommand(0, {}),
    records('ada-1 10.10.0.80 releasing'),
    addCommand('pods', 'bob', {}),
    records('bob-1 10.10.0.81 assigned'),
    holds(ENI, '10.10.0.81'),
  ]));

test('a DEL that EC2 keeps failing lets the pod go after five minutes, and the address is not forgotten', () =>
  play([
    addCommand('pods', 'ada', {}),
    faultCommand({ action: UNASSIGN, kind: 'deny', times: 3 }),
    delCommand(0, {}),
    passCommand(150_000),
    delCommand(0, {}),
    passCommand(150_000),
    delCommand(0, {}),
    records('ada-1 10.10.0.80 releasing'),
    addCommand('pods', 'bob', {}),
    holds(ENI, '10.10.0.81'),
  ]));

test('an address that somebody moved away stays where it is when its pod goes', () =>
  play([
    addCommand('pods', 'ada', {}),
    addCommand('pods', 'bob', {}),
    moveAwayCommand('10.10.0.80'),
    delCommand(0, {}),
    holds(OTHER_ENI, '10.10.0.80'),
    holds(ENI, '10.10.0.81'),
  ]));

test('an address that somebody put on our ENI is neither given out nor taken off', () =>
  play([
    plantCommand('10.10.0.80'),
    addCommand('pods', 'ada', {}),
    records('ada-1 10.10.0.81 assigned'),
    delCommand(0, {}),
    holds(ENI, '10.10.0.80'),
  ]));

test('a pod that comes back after a reboot keeps its address, and its second container gets no other', () =>
  play([
    addCommand('pods', 'ada', {}),
    renewCommand('ada'),
    addCommand('pods', 'ada', {}),
    rebootCommand(),
    addCommand('pods', 'ada', {}),
    delCommand(2, {}),
  ]));

test('an ADD that was killed before it asked EC2 leaves alone what somebody else put on the ENI', () =>
  play([
    addCommand('pods', 'bob', {}),
    plantCommand('10.10.0.86'),
    addCommand('dual', 'ada', { steps: 22 }),
    records('bob-1 10.10.0.80 assigned', 'ada-1 10.10.0.81 assigning', 'ada-1 10.10.0.86 assigning'),
    delCommand(1, {}),
    records('bob-1 10.10.0.80 assigned'),
    holds(ENI, '10.10.0.80', '10.10.0.86'),
  ]));

test('an address that was taken over from a pod of the last boot goes with a DEL, also if its ADD was killed', () =>
  play([
    addCommand('dual', 'cleo', {}),
    addCommand('dual', 'bob', { wish: '10.10.0.87' }),
    rebootCommand(),
    addCommand('dual', 'ada', { steps: 58 }),
    records(
      'cleo-1 10.10.0.81 assigned',
      'bob-1 10.10.0.82 assigned',
      'bob-1 10.10.0.87 assigned',
      'ada-1 10.10.0.83 assigning',
      'ada-1 10.10.0.86 assigning',
    ),
    delCommand(2, {}),
  ]));
