/** Any sequence of what can happen to a node, held against EC2's own account of it after every step. */
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Ec2Fault } from '../aws/faults.ts';
import { drawSeed } from '../seed.ts';
import * as vpc from './cloud-commands.ts';
import { ADDRESSES, NETWORK_NAMES, PREFIXES } from './networks.ts';
import * as pods from './pod-commands.ts';
import { REACH } from './reach.ts';
import { play } from './story.ts';

/** Set ENI_LOCAL_MODEL_RUNS for a long night, and ENI_LOCAL_MODEL_SEED to have a failure again. */
const RUNS = Number(process.env['ENI_LOCAL_MODEL_RUNS'] ?? 200);
const SEED = drawSeed(process.env['ENI_LOCAL_MODEL_SEED']);
const COMMANDS = Number(process.env['ENI_LOCAL_MODEL_COMMANDS'] ?? 40);

const network = fc.constantFrom(...NETWORK_NAMES);
const pod = fc.constantFrom('ada', 'bob', 'cleo');
const address = fc.constantFrom(...ADDRESSES);
const prefix = fc.constantFrom(...PREFIXES);
const holding = fc.oneof({ weight: 3, arbitrary: address }, { weight: 1, arbitrary: prefix });
const place = fc.nat(11);
const steps = fc.option(fc.nat(80), { nil: undefined, freq: 3 });
const wish = fc.option(address, { nil: undefined, freq: 4 });

/** EC2's final word, whether or not it has a reason. */
const refusal = fc.constantFrom(
  { kind: 'error', code: 'InvalidParameterValue', status: 400, message: 'no reason given' } as const,
  { kind: 'deny' } as const,
);
const trouble = fc.constantFrom(
  { kind: 'error', code: 'RequestLimitExceeded', status: 503 } as const,
  { kind: 'error', code: 'InternalError', status: 500 } as const,
  { kind: 'reset' } as const,
  { kind: 'html502' } as const,
  { kind: 'truncated-body' } as const,
  { kind: 'applied-then-reset' } as const,
);
const times = fc.constantFrom(1, 1, 1, 2, 3, 12);
const ASSIGN = 'AssignPrivateIpAddresses';
const OTHERS = ['UnassignPrivateIpAddresses', 'DescribeNetworkInterfaces'];

const fault: fc.Arbitrary<Ec2Fault> = fc.oneof(
  fc
    .tuple(fc.constantFrom(ASSIGN, ...OTHERS), times, trouble)
    .map(([action, often, how]) => ({ action, times: often, ...how })),
  fc
    .tuple(fc.constantFrom(...OTHERS, ...(REACH.refusals ? [ASSIGN] : [])), times, refusal)
    .map(([action, often, how]) => ({ action, times: often, ...how })),
);

/** Carried out at once and unheard, or later. */
const delay = REACH.landings
  ? fc.record({ milliseconds: fc.nat(50_000), isFatal: fc.boolean() })
  : fc.record({ milliseconds: fc.constant(0), isFatal: fc.boolean() });

const commands = fc.commands(
  [
    fc
      .tuple(network, pod, wish, steps)
      .map(([on, who, asks, dies]) => pods.addCommand(on, who, { wish: asks, steps: dies })),
    fc.tuple(network, pod).map(([on, who]) => pods.addCommand(on, who, {})),
    fc.tuple(network, pod).map(([on, who]) => pods.addCommand(on, who, {})),
    fc.tuple(place, steps).map(([where, dies]) => pods.delCommand(where, { steps: dies })),
    place.map((where) => pods.delCommand(where, {})),
    place.map(pods.checkCommand),
    place.map(pods.vanishCommand),
    pod.map(pods.renewCommand),
    fc.constant(pods.rebootCommand()),
    fault.map(vpc.faultCommand),
    fault.map(vpc.faultCommand),
    delay.map(vpc.delayCommand),
    fc.nat(150_000).map(vpc.passCommand),
    address.map(vpc.moveAwayCommand),
    address.map(vpc.giveBackCommand),
    holding.map(vpc.plantCommand),
    holding.map(vpc.takeOffCommand),
    prefix.map(vpc.fetchElsewhereCommand),
    fc.constant(vpc.detachCommand()),
  ],
  { maxCommands: COMMANDS, size: 'max' },
);

test('nothing that may never happen does, whatever happens', async () => {
  await fc.assert(fc.asyncProperty(commands, fc.nat(), play), {
    numRuns: RUNS,
    seed: SEED,
  });
});
