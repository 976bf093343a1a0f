/** What is to be known of an ENI's surroundings before pods come; the plugin itself never asks. */
import type { NetworkInterface, SubnetCidrReservation } from '@aws-sdk/client-ec2';
import type { Family } from '../net/address.ts';
import { parseSpan, type Span } from '../net/span.ts';
import type { Run } from '../run.ts';
import { holdingsOf } from './ec2-answers.ts';
import { openSession } from './ec2-session.ts';
import type { Holding } from './holdings.ts';
import { allPages } from './pages.ts';

/** An ENI as anybody in the account sees it. */
export interface SeenEni {
  readonly id: string;
  readonly holdings: readonly Holding[];
  readonly tags: Readonly<Record<string, string>>;
  /** Its place on the instance, 0 for the first; absent when it is attached nowhere. */
  readonly device?: number;
}

/** A part of a subnet that AWS takes no address from by itself. */
export interface CidrReservation {
  readonly span: Span;
  readonly cidr: string;
  /** `explicit`: for addresses that are asked for by name. `prefix`: for prefixes. */
  readonly type: string;
}

/** Questions to EC2 that change nothing. Every method throws CloudError. */
export interface Survey {
  /** DescribeNetworkInterfaces: all ENIs of the subnet that the account sees. */
  enisIn(subnet: string): Promise<readonly SeenEni[]>;
  /** GetSubnetCidrReservations. */
  reservationsIn(subnet: string): Promise<readonly CidrReservation[]>;
  /** DescribeInstanceTypes: how many addresses an ENI may hold, the primary included. */
  limitsOf(instanceType: string): Promise<Readonly<Partial<Record<Family, number>>>>;
}

export type OpenSurvey = (region: string, run: Run) => Promise<Survey>;

/** The survey of real EC2. */
export const openEc2Survey: OpenSurvey = async (region, run) => {
  const { sdk, call, describeEnis } = await openSession(() => import('./survey-sdk.ts'), region, run);
  return {
    async enisIn(subnet) {
      return (await describeEnis('subnet-id', subnet)).map(readEni);
    },
    async reservationsIn(subnet) {
      const pages = await allPages((from) => {
        const command = new sdk.GetSubnetCidrReservationsCommand({ SubnetId: subnet, ...from });
        return call('GetSubnetCidrReservations', { subnet }, (client, options) =>
          client.send(command, options),
        );
      });
      const all = pages.flatMap(({ SubnetIpv4CidrReservations: ipv4, SubnetIpv6CidrReservations: ipv6 }) => [
        ...(ipv4 ?? []),
        ...(ipv6 ?? []),
      ]);
      return all.flatMap(readReservation);
    },
    async limitsOf(instanceType) {
      const pages = await allPages((from) => {
        const command = new sdk.DescribeInstanceTypesCommand({
          Filters: [{ Name: 'instance-type', Values: [instanceType] }],
          ...from,
        });
        return call('DescribeInstanceTypes', { instanceType }, (client, options) =>
          client.send(command, options),
        );
      });
      const [info] = pages.flatMap(({ InstanceTypes: types = [] }) => types);
      const { Ipv4AddressesPerInterface: ipv4, Ipv6AddressesPerInterface: ipv6 } = info?.NetworkInfo ?? {};
      return { ...(ipv4 === undefined ? {} : { 4: ipv4 }), ...(ipv6 === undefined ? {} : { 6: ipv6 }) };
    },
  };
};

function readEni(described: NetworkInterface): SeenEni {
  const { NetworkInterfaceId: id = '', TagSet: tags = [], Attachment: attachment } = described;
  const device = attachment?.DeviceIndex;
  return {
    id,
    holdings: holdingsOf(described),
    tags: Object.fromEntries(tags.map(({ Key: key = '', Value: value = '' }) => [key, value])),
    ...(device === undefined ? {} : { device }),
  };
}

function readReservation(described: SubnetCidrReservation): readonly CidrReservation[] {
  const { Cidr: cidr = '', ReservationType: type } = described;
  const span = parseSpan(cidr);
  return span ? [{ span, cidr, type: type ?? '' }] : [];
}
