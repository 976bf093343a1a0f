/** What is to be known of an ENI's surroundings. The plugin asks only what a subnet reserves, now and then. */
import type { NetworkInterface, SubnetCidrReservation } from '@aws-sdk/client-ec2';
import type { Family } from '../net/address.ts';
import { parseSpan, type Span } from '../net/span.ts';
import type { Run } from '../run.ts';
import { CloudError } from './cloud.ts';
import { cidrsOf, holdingsOf } from './ec2-answers.ts';
import { openSession } from './ec2-session.ts';
import type { Holding } from './holdings.ts';
import { allPages } from './pages.ts';

/** An ENI as anybody in the account sees it. */
export interface SeenEni {
  readonly id: string;
  readonly holdings: readonly Holding[];
  readonly tags: Readonly<Record<string, string>>;
  readonly subnet: string;
  /** What EC2 or its owner says that it is for; of a load balancer, that names it. */
  readonly description?: string;
  /** The instance that it is attached to. */
  readonly instance?: string;
  /** Its place on the instance, 0 for the first; absent when it is attached nowhere. */
  readonly device?: number;
}

/** A part of a subnet that AWS takes no address from by itself. */
export interface CidrReservation {
  readonly id: string;
  readonly span: Span;
  readonly cidr: string;
  readonly description?: string;
  /** `explicit`: for addresses that are asked for by name. `prefix`: for prefixes. */
  readonly type: string;
}

/** Questions to EC2 that change nothing. Every method throws CloudError. */
export interface Survey {
  /** DescribeNetworkInterfaces: all ENIs of the subnet that the account sees. */
  enisIn(subnet: string): Promise<readonly SeenEni[]>;
  /** DescribeNetworkInterfaces: one of them. */
  eni(id: string): Promise<SeenEni>;
  /** DescribeSubnets: the CIDRs of a subnet, of one family or of both. */
  cidrsOf(subnet: string): Promise<readonly string[]>;
  /** GetSubnetCidrReservations, of any type. */
  reservationsIn(subnet: string): Promise<readonly CidrReservation[]>;
  /** DescribeInstanceTypes: how many addresses an ENI may hold, the primary included. */
  limitsOf(instanceType: string): Promise<Readonly<Partial<Record<Family, number>>>>;
}

/** Who may also mark out a part of a subnet. */
export interface Surveyor extends Survey {
  /** CreateSubnetCidrReservation, of the type explicit: what lies there may stay, and AWS puts nothing there. */
  reserve(subnet: string, cidr: string, description: string): Promise<CidrReservation>;
}

export type OpenSurvey = (region: string, run: Run) => Promise<Survey>;

/** The survey of real EC2. */
export async function openEc2Survey(region: string, run: Run): Promise<Surveyor> {
  const { sdk, call, describeEnis } = await openSession(() => import('./survey-sdk.ts'), region, run);
  return {
    async enisIn(subnet) {
      return (await describeEnis('subnet-id', subnet)).map(readEni);
    },
    async eni(id) {
      const [found] = await describeEnis('network-interface-id', id);
      if (found) return readEni(found);
      throw new CloudError('eni-gone', 'InvalidNetworkInterfaceID.NotFound', `EC2 knows no ENI ${id}`);
    },
    async cidrsOf(subnet) {
      const command = new sdk.DescribeSubnetsCommand({ SubnetIds: [subnet] });
      const { Subnets: [found] = [] } = await call('DescribeSubnets', { subnet }, (client, options) =>
        client.send(command, options),
      );
      return cidrsOf(found ?? {});
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
    async reserve(subnet, cidr, description) {
      const command = new sdk.CreateSubnetCidrReservationCommand({
        SubnetId: subnet,
        Cidr: cidr,
        ReservationType: 'explicit',
        Description: description,
      });
      const { SubnetCidrReservation: made = {} } = await call(
        'CreateSubnetCidrReservation',
        { subnet, cidr },
        (client, options) => client.send(command, options),
      );
      const [reservation] = readReservation(made);
      if (reservation) return reservation;
      throw new CloudError('transient', 'NoReservation', 'CreateSubnetCidrReservation: EC2 told of none');
    },
  };
}

function readEni(described: NetworkInterface): SeenEni {
  const { NetworkInterfaceId: id = '', TagSet: tags = [], Attachment: attachment } = described;
  const { Description: description, SubnetId: subnet = '' } = described;
  const { DeviceIndex: device, InstanceId: instance } = attachment ?? {};
  return {
    id,
    subnet,
    holdings: holdingsOf(described),
    tags: Object.fromEntries(tags.map(({ Key: key = '', Value: value = '' }) => [key, value])),
    ...(description ? { description } : {}),
    ...(instance === undefined ? {} : { instance }),
    ...(device === undefined ? {} : { device }),
  };
}

function readReservation(described: SubnetCidrReservation): readonly CidrReservation[] {
  const { SubnetCidrReservationId: id = '', Cidr: cidr = '', ReservationType: type } = described;
  const { Description: description } = described;
  const span = parseSpan(cidr);
  return span ? [{ id, span, cidr, type: type ?? '', ...(description ? { description } : {}) }] : [];
}
