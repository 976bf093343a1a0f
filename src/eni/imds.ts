/** The instance metadata service, version 2 (IMDSv2). */
import type { Deadline } from '../deadline.ts';
import { errorMessage, Failure } from '../errors.ts';
import type { CallContext } from '../run.ts';
import type { World } from '../world.ts';
import { type Http, type HttpAnswer, type HttpRequest, openHttp } from './http.ts';

export interface Imds {
  /**
   * Text below `/latest/meta-data/`, or undefined where there is none (404).
   * @throws Failure `try-again` when the service does not answer.
   */
  get(path: string): Promise<string | undefined>;
}

/** The service answers within milliseconds or not at all: a lost packet shows by silence. */
const TRY_MS = 1000;
const TRIES = 3;
/** Longer than any invocation. */
const TOKEN_SECONDS = 300;

const opened = new WeakMap<CallContext, Imds>();

/** The service as a run asks it: its token is fetched once. */
export function imdsOf(run: CallContext): Imds {
  const imds = opened.get(run) ?? openImds(run.world, run.deadline);
  opened.set(run, imds);
  return imds;
}

/** Opens the service at its standard address, or where AWS_EC2_METADATA_SERVICE_ENDPOINT says. */
export function openImds(world: World, deadline: Deadline): Imds {
  const base = imdsEndpoint(world);
  let token: Promise<string> | undefined;
  const http = openHttp(world);

  async function ask(method: string, path: string, headers: Record<string, string>): Promise<HttpAnswer> {
    let last: unknown = new Error('no time is left');
    for (let attempt = 0; attempt < TRIES && deadline.remaining() > 0; attempt++) {
      if (attempt > 0) await world.sleep(Math.min(100 * 2 ** attempt, deadline.remaining()));
      try {
        const { protocol, hostname, port, pathname } = new URL(path, base);
        const request = { origin: { protocol, hostname, port }, method, path: pathname, headers };
        const answer = await askWithin(Math.min(TRY_MS, deadline.remaining()), request, http);
        if (answer.status < 500) return answer;
        last = new Error(`status ${answer.status}`);
      } catch (error) {
        last = error;
      }
    }
    throw unreachable(`${method} ${path}: ${errorMessage(last)}`);
  }

  const unreachable = (reason: string): Failure =>
    new Failure('try-again', `cannot reach the instance metadata service at ${base}: ${reason}`);

  async function fetchToken(): Promise<string> {
    const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_SECONDS) };
    const { status, body } = await ask('PUT', '/latest/api/token', headers);
    if (status !== 200) throw unreachable(`the token was refused with status ${status}`);
    return body.toString();
  }

  async function getWithToken(path: string): Promise<HttpAnswer> {
    token ??= fetchToken().catch((error: unknown) => {
      token = undefined;
      throw error;
    });
    return await ask('GET', path, { 'X-aws-ec2-metadata-token': await token });
  }

  return {
    async get(name) {
      const path = `/latest/meta-data/${name}`;
      let answer = await getWithToken(path);
      if (answer.status === 401) {
        token = undefined;
        answer = await getWithToken(path);
      }
      if (answer.status === 200) return answer.body.toString();
      if (answer.status === 404) return undefined;
      throw unreachable(`GET ${path} was refused with status ${answer.status}`);
    },
  };
}

/** URL of the service, by the variables that the SDK knows, too. */
export function imdsEndpoint({ env }: World): string {
  const isIpv6 = env['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE']?.toLowerCase() === 'ipv6';
  const standard = isIpv6 ? 'http://[fd00:ec2::254]' : 'http://169.254.169.254';
  return env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] || standard;
}

async function askWithin(milliseconds: number, request: HttpRequest, http: Http): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(Math.ceil(milliseconds));
  try {
    return await http.ask(request, signal);
  } catch (error) {
    throw signal.aborted ? new Error(`no answer in ${Math.round(milliseconds)} ms`) : error;
  }
}
