/** What EC2's refusals mean, from the texts that AWS was seen to send. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloudErrorKind } from '../../src/eni/cloud.ts';
import { classify, type RawError } from '../../src/eni/ec2-errors.ts';
import { ec2Errors } from '../aws/cloud/ec2-errors.ts';

/** Rows of ec2.md 1.2, 1.3 and 1.5, as the emulator answers them. */
const rows: Partial<Record<keyof typeof ec2Errors, CloudErrorKind>> = {
  assignedElsewhere: 'taken',
  primaryElsewhere: 'taken',
  reservedAddress: 'rejected',
  outsideSubnet: 'rejected',
  notAnAddress: 'rejected',
  addressLimit: 'eni-full',
  subnetFull: 'rejected',
  nothingToAssign: 'rejected',
  tooMuchToAssign: 'rejected',
  countNotPositive: 'rejected',
  interfaceNotFound: 'eni-gone',
  interfaceMalformed: 'eni-gone',
  notAssigned: 'not-assigned',
  primaryStays: 'rejected',
  nothingToUnassign: 'rejected',
  denied: 'denied',
  unknownCredentials: 'denied',
  unsigned: 'denied',
  expired: 'not-now',
  throttled: 'not-now',
  unavailable: 'transient',
  serviceUnavailable: 'transient',
  internalError: 'transient',
  internalFailure: 'transient',
};
for (const [name, kind] of Object.entries(rows) as [keyof typeof ec2Errors, CloudErrorKind][]) {
  const { code, text, status } = ec2Errors[name];
  test(`classify() takes ${code} "${text.slice(0, 60)}" for ${kind}`, () => {
    const error = classify('AssignPrivateIpAddresses', { code, message: text, status });
    assert.equal(error.kind, kind);
    assert.equal(error.code, code);
  });
}

test('classify() knows every text of the emulator that was captured from AWS', () => {
  const captured = Object.entries(ec2Errors).filter(([, { mark }]) => mark === 'N');
  assert.deepEqual(
    captured.map(([name]) => name).filter((name) => !(name in rows)),
    [],
  );
});

const others: [kind: CloudErrorKind, error: RawError][] = [
  [
    'taken',
    {
      code: 'InvalidParameterValue',
      message: '[10.0.0.1, 10.0.0.2] assigned, but move is not allowed.',
      status: 400,
    },
  ],
  ['taken', { code: 'InvalidIPAddress.InUse', message: 'Address 10.0.0.1 is in use.', status: 400 }],
  [
    'taken',
    { code: 'Resource.AlreadyAssigned', message: 'The private IP address is already assigned.', status: 400 },
  ],
  [
    'rejected',
    { code: 'InvalidParameterValue', message: 'A text about secondary-addresses that is new.', status: 400 },
  ],
  ['rejected', { code: 'InvalidParameterCombination', message: 'No.', status: 400 }],
  ['rejected', { code: 'InsufficientCidrBlocks', message: 'No.', status: 400 }],
  [
    'eni-gone',
    {
      code: 'InvalidNetworkInterfaceID.NotFound',
      message: "The networkInterface ID 'eni-0' does not exist",
      status: 400,
    },
  ],
  ['denied', { code: 'InvalidClientTokenId', message: 'No.', status: 403 }],
  ['denied', { code: 'OptInRequired', message: 'No.', status: 403 }],
  ['denied', { code: 'SignatureDoesNotMatch', message: 'No.', status: 403 }],
  ['denied', { code: 'NoCredentials', message: 'no AWS credentials: the instance has no role' }],
  ['not-now', { code: 'CredentialsUnavailable', message: 'no AWS credentials: IMDS is silent' }],
  ['not-now', { code: 'Throttling', message: 'Rate exceeded', status: 400 }],
  ['not-now', { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 }],
  ['not-now', { code: 'EC2ThrottledException', message: 'Rate exceeded', status: 503 }],
  ['not-now', { code: 'TooManyRequestsException', message: 'Rate exceeded', status: 429 }],
  ['transient', { code: 'ServerInternal', message: 'No.', status: 500 }],
  ['transient', { code: 'Error', message: '<html>Bad Gateway</html>', status: 502 }],
  ['transient', { code: 'SyntaxError', message: 'Unexpected end of XML', status: 200 }],
  ['transient', { code: 'ECONNRESET', message: 'socket hang up' }],
  ['transient', { code: 'ECONNRESET', message: 'read ECONNRESET', status: 200 }],
  ['not-now', { code: 'ClockSkew', message: 'the clock is off' }],
  ['not-now', { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' }],
  ['not-now', { code: 'ENOTFOUND', message: 'getaddrinfo ENOTFOUND ec2.eu-central-1.amazonaws.com' }],
  ['transient', { code: 'Timeout', message: 'no answer within 10 s' }],
];
for (const [kind, error] of others) {
  test(`classify() takes ${error.code} with status ${error.status ?? 'none'} for ${kind}`, () => {
    assert.equal(classify('AssignPrivateIpAddresses', error).kind, kind);
  });
}

test('classify() names the action, the code and what EC2 said', () => {
  const raw = { code: 'Unavailable', message: 'Please try\n  again.', status: 503 };
  const error = classify('UnassignPrivateIpAddresses', raw);
  assert.equal(error.message, 'UnassignPrivateIpAddresses: Unavailable: Please try again.');
  assert.equal(error.cause, raw);
});

test('classify() trims the kilobytes of an encoded denial, and any other endless message', () => {
  const { code, text, status } = ec2Errors.denied;
  const denial = classify('AssignPrivateIpAddresses', { code, status, message: text + 'x'.repeat(4000) });
  assert.match(denial.message, /^AssignPrivateIpAddresses: UnauthorizedOperation: You are not authorized/);
  assert.doesNotMatch(denial.message, /Encoded|xxx/);
  const endless = classify('AssignPrivateIpAddresses', { code: 'Error', message: 'x'.repeat(4000) });
  assert.ok(endless.message.length < 400 && endless.message.endsWith('…'));
});
