/** The IPv6 actions through the AWS SDK, each call with a client of its own. */
import {
  AssignIpv6AddressesCommand,
  type AssignIpv6AddressesCommandInput,
  UnassignIpv6AddressesCommand,
} from '@aws-sdk/client-ec2';
import { type Aws, startAws } from '../aws.ts';
import { dualStackSeed } from '../cloud/seed.ts';
import { SdkClient } from './sdk-client.ts';

export async function assign(aws: Aws, input: AssignIpv6AddressesCommandInput) {
  using client = new SdkClient(aws);
  return await client.send(new AssignIpv6AddressesCommand(input));
}

export async function unassign(aws: Aws, eniId: string, ...addresses: readonly string[]) {
  using client = new SdkClient(aws);
  return await client.send(
    new UnassignIpv6AddressesCommand({ NetworkInterfaceId: eniId, Ipv6Addresses: [...addresses] }),
  );
}

/** The default node in a dual-stack subnet, with these addresses on its first ENI. */
export async function startHolding(...addresses: readonly string[]): Promise<Aws> {
  const aws = await startAws({ seed: dualStackSeed() });
  for (const address of addresses) aws.put('eni-00000000000000001', address);
  aws.clearJournal();
  return aws;
}
