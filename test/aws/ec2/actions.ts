/** Every action that the emulator knows. */
import { ec2Error } from '../cloud/ec2-error.ts';
import type { Action } from './action.ts';
import { assignIpv6Addresses } from './assign-ipv6-addresses.ts';
import { assignPrivateIpAddresses } from './assign-private-ip-addresses.ts';
import { createSubnetCidrReservation } from './create-subnet-cidr-reservation.ts';
import { deleteSubnetCidrReservation } from './delete-subnet-cidr-reservation.ts';
import { describeInstanceTypes } from './describe-instance-types.ts';
import { describeInstances } from './describe-instances.ts';
import { describeNetworkInterfaces } from './describe-network-interfaces.ts';
import { describeSubnets } from './describe-subnets.ts';
import { getSubnetCidrReservations } from './get-subnet-cidr-reservations.ts';
import type { Parameters } from './parameters.ts';
import { unassignIpv6Addresses } from './unassign-ipv6-addresses.ts';
import { unassignPrivateIpAddresses } from './unassign-private-ip-addresses.ts';

const knownVersion = '2016-11-15';

const actions: ReadonlyMap<string, Action> = new Map([
  ['AssignPrivateIpAddresses', assignPrivateIpAddresses],
  ['UnassignPrivateIpAddresses', unassignPrivateIpAddresses],
  ['AssignIpv6Addresses', assignIpv6Addresses],
  ['UnassignIpv6Addresses', unassignIpv6Addresses],
  ['DescribeNetworkInterfaces', describeNetworkInterfaces],
  ['DescribeSubnets', describeSubnets],
  ['DescribeInstanceTypes', describeInstanceTypes],
  ['DescribeInstances', describeInstances],
  ['GetSubnetCidrReservations', getSubnetCidrReservations],
  ['CreateSubnetCidrReservation', createSubnetCidrReservation],
  ['DeleteSubnetCidrReservation', deleteSubnetCidrReservation],
]);

/** The action of that name in that version of the API; refuses parameters that it does not know. */
export function findAction(name: string, version: string, parameters: Parameters): Action {
  if (version !== knownVersion) throw ec2Error('noSuchVersion', { version });
  const action = actions.get(name);
  if (!action) throw ec2Error('invalidAction', { action: name });
  const unknown = parameters.names().find(({ pattern }) => !action.parameters.includes(pattern));
  if (unknown) throw ec2Error('unknownParameter', { parameter: unknown.name });
  return action;
}
