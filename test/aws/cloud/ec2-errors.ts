/**
 * Every error that the EC2 side answers, each with a mark of how well its text is known:
 * N captured from real AWS, D documented, C seen in software that runs on AWS, I inferred.
 * Tests of a product may depend on the texts marked N only.
 */
export const ec2Errors = {
  // The protocol, and who is calling.
  unsigned: inferred('MissingAuthenticationToken', 'Request is missing Authentication Token', 403),
  malformedSignature: inferred('IncompleteSignature', 'Cannot read the Authorization header: {reason}'),
  unknownCredentials: seen(
    'AuthFailure',
    'AWS was not able to validate the provided access credentials',
    401,
  ),
  wrongScope: inferred('AuthFailure', 'Credential should be scoped to a valid {part}, not {found}.', 401),
  expired: seen('RequestExpired', 'Request has expired.'),
  denied: seen(
    'UnauthorizedOperation',
    'You are not authorized to perform this operation. User: {user} is not authorized to perform: ec2:{action} because no identity-based policy allows the ec2:{action} action. Encoded authorization failure message: {encoded}',
    403,
  ),
  noSuchVersion: seen(
    'NoSuchVersion',
    'The requested version ({version}) of service AmazonEC2 does not exist',
  ),
  invalidAction: seen('InvalidAction', 'The action {action} is not valid for this web service.'),
  unknownParameter: seen('UnknownParameter', 'The parameter {parameter} is not recognized'),
  missingParameter: seen('MissingParameter', 'The request must contain the parameter {parameter}'),
  invalidValue: inferred('InvalidParameterValue', 'Invalid value {value} for parameter {parameter}'),

  // Network interfaces and their addresses.
  interfaceNotFound: captured(
    'InvalidNetworkInterfaceID.NotFound',
    "The networkInterface ID '{id}' does not exist",
  ),
  interfaceMalformed: captured(
    'InvalidNetworkInterfaceId.Malformed',
    'Invalid id: "{id}" (expecting "eni-...")',
  ),
  assignedElsewhere: captured('InvalidParameterValue', '[{addresses}] assigned, but move is not allowed.'),
  primaryElsewhere: captured('InvalidParameterValue', 'secondary-addresses'),
  inPrefixElsewhere: inferred(
    'InvalidParameterValue',
    '[{addresses}] is within a prefix of another interface',
  ),
  reservedAddress: captured('InvalidParameterValue', "Address {address} is in subnet's reserved range."),
  outsideSubnet: captured('InvalidParameterValue', "Address does not fall within the subnet's address range"),
  notAnAddress: seen('InvalidParameterValue', 'invalid value for parameter address: {address}'),
  addressLimit: seen('PrivateIpAddressLimitExceeded', 'Number of private addresses will exceed limit.'),
  subnetFull: inferred(
    'InsufficientFreeAddressesInSubnet',
    'The specified subnet does not have enough free addresses to satisfy the request.',
  ),
  nothingToAssign: captured(
    'InvalidParameter',
    'One of privateIpAddressSet or privateIpAddressCount or ipv4PrefixSet or ipv4PrefixCount must be specified.',
  ),
  tooMuchToAssign: captured(
    'InvalidParameterCombination',
    'You may specify one and only one of privateIpAddressSet or privateIpAddressCount or ipv4PrefixSet or ipv4PrefixCount',
  ),
  countNotPositive: captured(
    'InvalidParameterValue',
    'Value ({count}) for parameter secondaryPrivateIpAddressCount is invalid. Value must be a positive number.',
  ),
  notAssigned: captured(
    'InvalidParameterValue',
    'Some of the specified addresses are not assigned to interface {id}',
  ),
  primaryStays: captured(
    'InvalidParameterValue',
    'Value ({address}) for parameter privateIpAddress is invalid. The primary IP address of an interface cannot be unassigned.',
  ),
  nothingToUnassign: captured(
    'MissingParameter',
    'One of privateIpAddresses or ipv4Prefixes must be specified.',
  ),

  // IPv6 addresses: nobody has captured a refusal of theirs.
  ipv6Elsewhere: undecided(
    ['InvalidParameterValue', '[{addresses}] assigned, but move is not allowed.'],
    ['InvalidParameterValue', 'The IPv6 address {addresses} is assigned to another network interface'],
    ['InvalidIPAddress.InUse', 'Address {addresses} is in use'],
    ['InvalidIPAddress.InUse', 'The specified address is already in use.'],
    ['Resource.AlreadyAssigned', 'The IPv6 address {addresses} is already assigned to a resource'],
    ['Resource.AlreadyAssigned', 'IP address is already assigned to a resource.'],
  ),
  ipv6NotAssigned: undecided(
    ['InvalidParameterValue', '[{addresses}] not found on {id}'],
    ['InvalidParameterValue', 'Some of the specified addresses are not assigned to interface {id}'],
    ['InvalidParameter', 'The IPv6 addresses {addresses} do not belong to the network interface.'],
  ),
  ipv6Limit: undecided(
    ['PrivateIpAddressLimitExceeded', 'Number of private addresses will exceed limit.'],
    ['Ipv6AddressLimitExceeded', 'Number of IPv6 addresses will exceed limit.'],
    ['AddressLimitExceeded', 'The maximum number of addresses has been reached.'],
    ['InvalidParameterValue', 'Number of IPv6 addresses will exceed limit.'],
  ),
  noIpv6Block: undecided(
    ['InvalidParameterValue', 'The subnet {id} does not have an IPv6 CIDR block'],
    ['InvalidSubnet', 'No IPv6 CIDR block is associated with subnet {id}.'],
  ),
  outsideIpv6Block: inferred(
    'InvalidParameterValue',
    "Address {address} does not fall within the subnet's IPv6 address range",
  ),
  reservedIpv6: inferred('InvalidParameterValue', "Address {address} is in subnet's reserved range."),
  notAnIpv6Address: inferred('InvalidParameterValue', 'invalid value for parameter address: {address}'),
  noIpv6ToAssign: inferred(
    'InvalidParameter',
    'One of ipv6Addresses or ipv6AddressCount or ipv6PrefixSet or ipv6PrefixCount must be specified.',
  ),
  tooMuchIpv6ToAssign: inferred(
    'InvalidParameterCombination',
    'You may specify one and only one of ipv6Addresses or ipv6AddressCount or ipv6PrefixSet or ipv6PrefixCount',
  ),
  badCount: inferred(
    'InvalidParameterValue',
    'Value ({count}) for parameter {parameter} is invalid. Value must be a positive number.',
  ),
  noIpv6ToUnassign: inferred('MissingParameter', 'One of ipv6Addresses or ipv6Prefixes must be specified.'),
  inPrefixReservation: inferred(
    'InvalidParameterValue',
    '[{addresses}] is within a range that is reserved for prefixes',
  ),

  // Prefixes and reservations.
  noRoomForPrefix: documented(
    'InsufficientCidrBlocks',
    'The specified subnet does not have enough free cidr blocks to satisfy the request.',
  ),
  prefixInUse: undecided(
    ['InvalidParameterValue', '{prefix} overlaps with addresses that are in use'],
    ['InvalidParameterValue', '[{prefix}] assigned, but move is not allowed.'],
    ['Resource.AlreadyAssigned', 'The prefix {prefix} is already assigned to a resource'],
  ),
  prefixNotAssigned: undecided(
    ['InvalidParameterValue', 'Some of the specified prefixes {prefixes} are not assigned to interface {id}'],
    ['InvalidParameter', 'The prefixes do not belong to the network interface.'],
  ),
  prefixOutsideSubnet: inferred('InvalidParameterValue', "{prefix} is not within the subnet's address range"),
  notAPrefix: inferred('InvalidParameterValue', 'invalid value for parameter prefix: {prefix}'),
  badReservation: inferred('InvalidParameterValue', 'The CIDR {cidr} is invalid for this subnet'),
  // terraform-provider-aws#45304 has the text.
  reservationOverlaps: seen(
    'InvalidParameterValue',
    'Reservation CIDR {cidr} has overlap with existing reserved CIDR block',
  ),
  reservationNotFound: inferred(
    'InvalidSubnetCidrReservationID.NotFound',
    "The subnet CIDR reservation ID '{id}' does not exist",
  ),

  // Describing things.
  idsWithMaxResults: inferred(
    'InvalidParameterCombination',
    'The parameter {parameter} cannot be used with the parameter maxResults',
  ),
  maxResultsTooSmall: seen(
    'InvalidParameterValue',
    'Value ( {value} ) for parameter maxResults is invalid. Expecting a value greater than 5.',
  ),
  maxResultsTooLarge: seen(
    'InvalidParameterValue',
    'Value ( {value} ) for parameter maxResults is invalid. Expecting a value smaller than or equal to 1000.',
  ),
  invalidNextToken: inferred('InvalidParameterValue', 'Invalid value for parameter nextToken'),
  unknownFilter: seen('InvalidParameterValue', "The filter '{filter}' is invalid"),
  subnetNotFound: seen('InvalidSubnetID.NotFound', "The subnet ID '{id}' does not exist"),
  instanceNotFound: seen('InvalidInstanceID.NotFound', "The instance ID '{id}' does not exist"),
  instanceTypeNotFound: seen(
    'InvalidInstanceType',
    'The following supplied instance types do not exist: [{id}]',
  ),

  // The service itself.
  throttled: seen('RequestLimitExceeded', 'Request limit exceeded.', 503),
  unavailable: documented('Unavailable', 'The service is unavailable. Please try again shortly.', 503),
  serviceUnavailable: documented(
    'ServiceUnavailable',
    'The request has failed due to a temporary failure of the server.',
    503,
  ),
  internalError: documented('InternalError', 'An internal error has occurred.', 500),
  internalFailure: documented(
    'InternalFailure',
    'The request processing has failed because of an unknown error, exception, or failure.',
    500,
  ),
};

/** One of several that are equally likely. */
export type Wording = { readonly code: string; readonly text: string };

function captured<const Text extends string>(code: string, text: Text, status = 400) {
  return { mark: 'N', code, text, status } as const;
}

function documented<const Text extends string>(code: string, text: Text, status = 400) {
  return { mark: 'D', code, text, status } as const;
}

function seen<const Text extends string>(code: string, text: Text, status = 400) {
  return { mark: 'C', code, text, status } as const;
}

function inferred<const Text extends string>(code: string, text: Text, status = 400) {
  return { mark: 'I', code, text, status } as const;
}

/** Nobody knows the code: each run of the emulator draws one of these, so that nobody can depend on any. */
function undecided<const Text extends string>(
  [code, text]: readonly [code: string, text: Text],
  ...others: readonly (readonly [code: string, text: string])[]
) {
  const wordings = others.map(([otherCode, otherText]): Wording => ({ code: otherCode, text: otherText }));
  return { mark: 'I', code, text, status: 400, others: wordings } as const;
}
