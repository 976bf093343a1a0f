/** The parts of the AWS SDK that a survey uses: a bundle of its own, so that no pod's process loads them. */
export {
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
  GetSubnetCidrReservationsCommand,
} from '@aws-sdk/client-ec2';
