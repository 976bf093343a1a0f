/** EC2 through the AWS SDK. */
import type { NetworkInterface } from '@aws-sdk/client-ec2';

import { familyOf } from '../net/address.ts';

import { CloudError, type OpenCloud } from './cloud.ts';
import { cidrsOf, holdingsOf, secondariesOf } from './ec2-answers.ts';
import { classify } from './ec2-errors.ts';
import { readError } from './ec2-failure.ts';

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
  const connect = () => new sdk.EC2Client({ region, maxAttempts: 1 });
  let client = connect();

  async function call<Output>(action: string, fields: object, send: Send<Output>): Promise<Output> {
    const limit = Math.min(CALL_TIMEOUT_MS, deadline.remaining());
    if (limit === 0) throw new CloudError('not-now', 'Timeout', `${action}: no time was left to ask EC2`);
    const abortSignal = AbortSignal.timeout(limit);
    try {
      const output = await Promise.race([send({ abortSignal }), rejectWhenAborted(abortSignal)]);
      log.debug('EC2 answered', { action, ...fields });
      return output;
    } catch (error) {
      const failure = classify(action, await readError(error, client.config.systemClockOffset, limit, run));
      // A client keeps its credentials: a new one fetches them again.
      if (failure.code === 'RequestExpired') client = connect();
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
      const about = { eni: eni.id, addresses };
      if (isIpv6(addresses)) {
        const command = new sdk.AssignIpv6AddressesCommand({
          NetworkInterfaceId: eni.id,
          Ipv6Addresses: [...addresses],
        });
        await call('AssignIpv6Addresses', about, (options) => client.send(command, options));
        return;
      }
      const command = new sdk.AssignPrivateIpAddressesCommand({
        NetworkInterfaceId: eni.id,
        PrivateIpAddresses: [...addresses],
        AllowReassignment: false,
      });
      await call('AssignPrivateIpAddresses', about, (options) => client.send(command, options));
    },
    async unassign(eni, addresses) {
      const about = { eni: eni.id, addresses };
      if (isIpv6(addresses)) {
        const command = new sdk.UnassignIpv6AddressesCommand({
          NetworkInterfaceId: eni.id,
          Ipv6Addresses: [...addresses],
        });
        await call('UnassignIpv6Addresses', about, (options) => client.send(command, options));
        return;
      }
      const command = new sdk.UnassignPrivateIpAddressesCommand({
        NetworkInterfaceId: eni.id,
        PrivateIpAddresses: [...addresses],
      });
      await call('UnassignPrivateIpAddresses', about, (options) => client.send(command, options));
    },
    async describeEni(id) {
      const eni = await describeOne(id);
      const subnet = eni.SubnetId ?? '';
      const command = new sdk.DescribeSubnetsCommand({ SubnetIds: [subnet] });
      const { Subnets } = await call('DescribeSubnets', { subnet }, (options) =>
        client.send(command, options),
      );
      const primary = eni.PrivateIpAddress;
      return {
        subnet,
        cidrs: cidrsOf(Subnets?.[0] ?? {}),
        ...(primary ? { primary } : {}),
        secondaries: secondariesOf(eni),
      };
    },
    secondariesOf: async (id) => secondariesOf(await describeOne(id)),
    holdingsIn: async (subnet) => (await describe('subnet-id', subnet)).flatMap(holdingsOf),
  };
};

const isIpv6 = ([first = '']: readonly string[]): boolean => familyOf(first) === 6;

/** The SDK obeys a signal only once the request is signed; getting credentials may take longer than is left. */
function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const late = new DOMException('no answer in time', 'TimeoutError');
    signal.addEventListener('abort', () => reject(late), { once: true });
  });
}
