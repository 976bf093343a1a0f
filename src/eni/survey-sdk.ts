/** The parts of the AWS SDK that a survey uses: a bundle of its own, which a pod's process loads only when it asks what the subnet reserves. */
export {
  CreateSubnetCidrReservationCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  GetSubnetCidrReservationsCommand,
} from '@aws-sdk/client-ec2';
