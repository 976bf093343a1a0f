/** Whether the instance metadata service answers, and if not, why. */
import { connect } from 'node:net';
import { imdsEndpoint, imdsOf } from '../eni/imds.ts';
import { Failure } from '../errors.ts';
import type { Run } from '../run.ts';
import type { World } from '../world.ts';
import { type Finding, ok, problem } from './finding.ts';

const CHECK = 'IMDS';
const CONNECT_MS = 1000;
const MODIFY = 'aws ec2 modify-instance-metadata-options --instance-id ID';

export async function checkMetadata(run: Run): Promise<Finding> {
  try {
    const id = await imdsOf(run).get('instance-id');
    return ok(CHECK, `it answers: this is ${id ?? 'an instance without an id'}`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return await diagnose(error.message, run.world);
  }
}

async function diagnose(message: string, world: World): Promise<Finding> {
  if (/api\/token: no answer/.test(message) && (await takesConnections(world))) {
    // EC2 gives the answer to the token's PUT as few hops to live as the instance's options say (ec2.md 3).
    return problem(
      CHECK,
      'it takes connections, but its token never arrives: the hop limit is too low for where this runs',
      `Call the plugin in the host's network namespace, or: ${MODIFY} --http-put-response-hop-limit 2`,
    );
  }
  if (/refused with status 403/.test(message)) {
    return problem(CHECK, message, `It is turned off for this instance: ${MODIFY} --http-endpoint enabled`);
  }
  return problem(
    CHECK,
    message,
    'Nothing may block it (iptables, a network policy, a proxy), and this must be an EC2 instance; ' +
      'else give ipam.eni.id, ipam.eni.region and credentials.',
  );
}

async function takesConnections(world: World): Promise<boolean> {
  const { hostname, port } = new URL(imdsEndpoint(world));
  const signal = AbortSignal.timeout(CONNECT_MS);
  return await new Promise((resolve) => {
    const socket = connect({ host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port || 80), signal });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** The instance's type, where the metadata tell it. */
export async function readInstanceType(run: Run): Promise<string | undefined> {
  try {
    return await imdsOf(run).get('instance-type');
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
