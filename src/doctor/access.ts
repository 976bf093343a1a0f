/** Questions to EC2, and what their answers tell of the way there: reach, credentials, clock. */
import { CloudError } from '../eni/cloud.ts';
import type { Run } from '../run.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

/** What EC2 answered to one question. */
export type Asked<T> = ({ readonly value: T } | { readonly error: CloudError }) & {
  /** What EC2 said first, when the clocks differ: the SDK signs by EC2's clock from then on. */
  readonly skew?: CloudError;
};

const TRIES = 3;
const PAUSE_MS = 1000;
const THROTTLED = /^(RequestLimitExceeded|Throttl.*|EC2ThrottledException|TooManyRequests.*)$/;

/** Asks again while EC2 throttles, which says nothing of the node, and when the clocks differ. */
export async function ask<T>(run: Run, question: () => Promise<T>): Promise<Asked<T>> {
  let skew: CloudError | undefined;
  for (let attempt = 1; ; attempt++) {
    const clock = skew ? { skew } : {};
    try {
      return { value: await question(), ...clock };
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      const isThrottled = THROTTLED.test(error.code);
      const isSkewed = error.code === 'ClockSkew';
      if (attempt === TRIES || !(isThrottled || isSkewed)) return { error, ...clock };
      if (isSkewed) skew = error;
      else await run.world.sleep(PAUSE_MS * attempt);
    }
  }
}

/** Whether EC2 denied the action itself, with credentials that it knows. */
export const isDenied = (asked: Asked<unknown>): boolean =>
  'error' in asked && asked.error.code === 'UnauthorizedOperation';

/** What the first question tells of everything that all questions need. */
export function checkAccess(region: string, asked: Asked<unknown>): readonly Finding[] {
  const clock = asked.skew ? [warning('clock', asked.skew.message, CLOCK)] : [];
  return [...clock, checkCredentials(region, asked)];
}

const CLOCK =
  'Let the node follow the time (chrony, 169.254.169.123): each process makes a call more for it.';

function checkCredentials(region: string, asked: Asked<unknown>): Finding {
  const accepted = ok('credentials', `EC2 in ${region} accepts them`);
  if (!('error' in asked) || isDenied(asked)) return accepted;
  const { kind, code, message } = asked.error;
  if (kind === 'denied' || code === 'RequestExpired' || code === 'CredentialsUnavailable') {
    return problem(
      'credentials',
      message,
      'Give the instance a profile with a role that may do what conf-examples/iam-policy.json says, ' +
        'or correct the AWS_* variables.',
    );
  }
  if (kind === 'transient' || kind === 'not-now') {
    return problem(
      'EC2',
      message,
      `The node needs a way to EC2: a NAT gateway, or the interface endpoint com.amazonaws.${region}.ec2 ` +
        'whose security group lets the node in by port 443.',
    );
  }
  return accepted;
}
