/** The death of the executable at one of its steps. */
import { join } from 'node:path';
import { until } from '../aws/clients/until.ts';
import type { Host } from './host.ts';
import { ALL, type Invocation, runTraced, type Step } from './strace.ts';

/** How often the kernel's or the runtime's own calls may shift the count before it is given up. */
const TRIES = 8;

/** Kills the executable at the step, in what `open` makes, and hands that back. */
export async function killAt(step: Step, invocation: Invocation, open: () => Promise<Host>): Promise<Host> {
  const [, what, number] = /^(send to|hear from) EC2 #(\d+)$/.exec(step.id) ?? [];
  if (what === undefined) return await killAtCall(step, invocation, open);
  return await killInExchange(Number(number), what === 'hear from', invocation, open);
}

/**
 * Kills it as it enters the system call, before the kernel does anything. Every attempt runs on what
 * `open` makes; one that dies elsewhere does not count.
 */
async function killAtCall(step: Step, invocation: Invocation, open: () => Promise<Host>): Promise<Host> {
  let { number } = step;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    await using opened = new AsyncDisposableStack();
    const place = opened.use(await open());
    const counted = step.path === undefined ? [] : ['-P', join(place.node.dataDir, step.path)];
    const names = step.path === undefined ? ALL : step.call;
    const inject = `inject=${step.call}:signal=KILL:when=${number}`;
    const options = ['-e', `trace=${names}`, '-e', inject, ...counted];
    const { signal, steps } = await runTraced(place.node, invocation, options);
    if (signal === 'SIGKILL' && steps.at(-1)?.id === step.id) {
      opened.move();
      return place;
    }
    number = steps.find(({ id }) => id === step.id)?.number ?? number + 1;
  }
  throw new Error(`It was never killed at "${step.id}" in ${TRIES} attempts`);
}

/**
 * Kills the executable while EC2 has its request, and has carried it out or not: nobody can tell that
 * from a death right before it sends, or right before it hears. The runtime reads and writes for
 * reasons of its own, so that strace's count would hit neither reliably.
 */
async function killInExchange(
  number: number,
  isCarriedOut: boolean,
  { command, container, netns }: Invocation,
  open: () => Promise<Host>,
): Promise<Host> {
  await using opened = new AsyncDisposableStack();
  const place = opened.use(await open());
  const { aws, node } = place;
  aws.fault({ target: 'ec2', kind: isCarriedOut ? 'applied-then-hang' : 'hang', every: number });
  const { child, gone } = node.start(command, container, { netns });
  await until(() => {
    const request = aws.journal()[number - 1];
    return child.exitCode !== null || (request !== undefined && (!isCarriedOut || request.applied));
  });
  child.kill('SIGKILL');
  const { signal, stdout, stderr } = await gone;
  if (signal !== 'SIGKILL') throw new Error(`It ended before its request ${number}: ${stdout}${stderr}`);
  opened.move();
  return place;
}
