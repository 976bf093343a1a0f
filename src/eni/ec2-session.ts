/** A client of EC2 in one region, and the question that everybody asks: which ENIs there are. */
import type { NetworkInterface } from '@aws-sdk/client-ec2';
import type { CallContext } from '../run.ts';
import { roleProvider } from './credentials.ts';
import { type Caller, openCaller } from './ec2-call.ts';
import { openHttp } from './http.ts';
import { allPages } from './pages.ts';
import type * as Sdk from './sdk.ts';
import { sdkHandler } from './sdk-handler.ts';

/** What every session needs of the SDK. */
type Basics = Pick<typeof Sdk, 'EC2Client' | 'DescribeNetworkInterfacesCommand'>;

export interface Session<S extends Basics> {
  readonly sdk: S;
  readonly call: Caller<Sdk.EC2Client>;
  /** DescribeNetworkInterfaces by one filter, all pages. */
  readonly describeEnis: (filter: string, value: string) => Promise<readonly NetworkInterface[]>;
}

/**
 * Endpoint and credentials are the SDK's standard ones. `load` fetches the parts of the SDK that are
 * needed: by a process that calls EC2, and by no other, since it costs as much as all the rest.
 */
export async function openSession<S extends Basics>(
  load: () => Promise<S>,
  region: string,
  run: CallContext,
): Promise<Session<S>> {
  const sdk = await run.phases.time('load', load);
  const credentials = roleProvider(run);
  const settings = {
    region,
    // One layer owns retries, and that is ours: it knows the deadline and the rest of the batch.
    maxAttempts: 1,
    requestHandler: sdkHandler(openHttp(run.world)),
    ...(credentials ? { credentials } : {}),
  };
  const call = openCaller(() => new sdk.EC2Client(settings), run);

  async function describeEnis(filter: string, value: string): Promise<readonly NetworkInterface[]> {
    const pages = await allPages((from) => {
      const command = new sdk.DescribeNetworkInterfacesCommand({
        Filters: [{ Name: filter, Values: [value] }],
        ...from,
      });
      return call('DescribeNetworkInterfaces', { [filter]: value }, (client, options) =>
        client.send(command, options),
      );
    });
    return pages.flatMap(({ NetworkInterfaces: enis = [] }) => enis);
  }

  return { sdk, call, describeEnis };
}
