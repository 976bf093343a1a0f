/** EC2 through the AWS SDK. */
import type { NetworkInterface } from '@aws-sdk/client-ec2';
import { errorCode, errorMessage } from '../errors.ts';
import type { Run } from '../run.ts';
import { CloudError, type Holder, type OpenCloud } from './cloud.ts';
import { explainMissingCredentials } from './credentials.ts';
import { classify, type RawError } from './ec2-errors.ts';

/** A call that takes longer is given up, and tried again within the deadline. */
const CALL_TIMEOUT_MS = 10_000;

/** The SDK's way to send a command, as far as {@link call} needs it. */
type Send<Output> = (options: { abortSignal: AbortSignal }) => Promise<Output>;

/** Opens a client for the region; endpoint and credentials are the SDK's standard ones. */
export const openEc2: OpenCloud = async (region, run) => {
  const { deadline, log } = run;
  // Loaded here, by a process that calls EC2, and by no other: it costs as much as all the rest.
  const sdk = await import('./sdk.ts');
  // One layer owns retries, and that is ours: it knows the deadline and the rest of the batch.
  const client = new sdk.EC2Client({ region, maxAttempts: 1 });

  async function call<Output>(action: string, fields: object, send: Send<Output>): Promise<Output> {
    const limit = Math.min(CALL_TIMEOUT_MS, deadline.remaining());
    const abortSignal = AbortSignal.timeout(limit);
    try {
      const output = await Promise.race([send({ abortSignal }), rejectWhenAborted(abortSignal)]);
      log.debug('EC2 answered', { action, ...fields });
      return output;
    } catch (error) {
      const failure = classify(action, await readError(error, limit, run));
      log.info('EC2 call failed', { action, ...fields, kind: failure.kind, error: failure.message });
      throw failure;
    }
  }

  async function describe(filter: string, value: string): Promise<NetworkInterface[]> {
    const found: NetworkInterface[] = [];
    let next: string | undefined;
    do {
      const command = new sdk.DescribeNetworkInterfacesCommand({
        Filters: [{ Name: filter, Values: [value] }],
        ...(next ? { NextToken: next } : {}),
      });
      const page = await call('DescribeNetworkInterfaces', { [filter]: value }, (options) =>
        client.send(command, options),
      );
      found.push(...(page.NetworkInterfaces ?? []));
      next = page.NextToken;
    } while (next);
    return found;
  }

  async function describeOne(id: string): Promise<NetworkInterface> {
    const [found] = await describe('network-interface-id', id);
    if (found) return found;
    throw new CloudError('eni-gone', 'InvalidNetworkInterfaceID.NotFound', `EC2 knows no ENI ${id}`);
  }

  return {
    async assign(eni, addresses) {
      const command = new sdk.AssignPrivateIpAddressesCommand({
        NetworkInterfaceId: eni.id,
        PrivateIpAddresses: [...addresses],
        AllowReassignment: false,
      });
      await call('AssignPrivateIpAddresses', { eni: eni.id, addresses }, (options) =>
        client.send(command, options),
      );
    },
    async unassign(eni, addresses) {
      const command = new sdk.UnassignPrivateIpAddressesCommand({
        NetworkInterfaceId: eni.id,
        PrivateIpAddresses: [...addresses],
      });
      await call('UnassignPrivateIpAddresses', { eni: eni.id, addresses }, (options) =>
        client.send(command, options),
      );
    },
    async describeEni(id) {
      const eni = await describeOne(id);
      const subnet = eni.SubnetId ?? '';
      const command = new sdk.DescribeSubnetsCommand({ SubnetIds: [subnet] });
      const { Subnets } = await call('DescribeSubnets', { subnet }, (options) =>
        client.send(command, options),
      );
      const [primary = '', ...secondaries] = addressesOf(eni);
      return { subnet, cidr: Subnets?.[0]?.CidrBlock ?? '', primary, secondaries };
    },
    addressesOf: async (id) => addressesOf(await describeOne(id)),
    async holders(subnet) {
      const enis = await describe('subnet-id', subnet);
      return new Map<string, Holder>(
        enis.flatMap((eni) =>
          addressesOf(eni).map((address, index) => [
            address,
            { eni: eni.NetworkInterfaceId ?? '', primary: index === 0 },
          ]),
        ),
      );
    },
  };
};

/** Addresses of an ENI, its primary first, whatever the order in EC2's answer. */
function addressesOf({ PrivateIpAddress: primary, PrivateIpAddresses: all }: NetworkInterface): string[] {
  const addresses = (all ?? []).flatMap(({ PrivateIpAddress }) => PrivateIpAddress ?? []);
  return [primary ?? '', ...addresses.filter((address) => address !== primary)];
}

/** The SDK obeys a signal only once the request is signed; getting credentials may take longer than is left. */
function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const late = new DOMException('no answer in time', 'TimeoutError');
    signal.addEventListener('abort', () => reject(late), { once: true });
  });
}

async function readError(error: unknown, limit: number, run: Run): Promise<RawError> {
  const { name } = error instanceof Error ? error : { name: 'Error' };
  if (name === 'AbortError' || name === 'TimeoutError') {
    return { code: 'Timeout', message: `no answer within ${Math.round(limit) / 1000} s` };
  }
  if (name === 'CredentialsProviderError') return await explainMissingCredentials(run);
  const status = httpStatus(error);
  const code = name === 'Error' ? (errorCode(error) ?? name) : name;
  return { code, message: errorMessage(error), ...(status === undefined ? {} : { status }) };
}

/** The SDK puts the response's status into `$metadata` of its errors. */
function httpStatus(error: unknown): number | undefined {
  if (!(error instanceof Error && '$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
