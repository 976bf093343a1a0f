/** The EC2 Query protocol: who may call, what may be asked, and how answers are spelled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAws } from './aws.ts';
import { roleKey } from './clients/imds-client.ts';
import { refusalOf, sendSigned } from './clients/signed-request.ts';
import { FakeClock } from './fake-clock.ts';

const version = '2016-11-15';
const describe = { Action: 'DescribeSubnets', Version: version };

test('a signed request is answered, in the body or in the query', async () => {
  await using aws = await startAws();
  assert.equal((await sendSigned(aws, describe)).status, 200);
  assert.equal((await sendSigned(aws, describe, { method: 'GET' })).status, 200);
  assert.deepEqual(
    aws.journal().map(({ caller }) => caller),
    ['static', 'static'],
  );
});

test("a request signed with the role's keys is answered, and the journal says whose they are", async () => {
  await using aws = await startAws();
  assert.equal((await sendSigned(aws, describe, await roleKey(aws))).status, 200);
  assert.equal(aws.journal()[0]?.caller, 'i-00000000000000001');
});

test('EC2 refuses what is not signed, and journals it', async () => {
  await using aws = await startAws();
  const response = await fetch(aws.ec2Url, { method: 'POST', body: new URLSearchParams(describe) });
  assert.equal(await refusalOf(response), '403 MissingAuthenticationToken');
  assert.equal(aws.journal()[0]?.errorCode, 'MissingAuthenticationToken');
});

test('EC2 refuses keys that it did not issue, secrets that are wrong and tokens of others', async () => {
  await using aws = await startAws();
  const key = await roleKey(aws);
  const { accessKeyId, secretAccessKey } = key;
  for (const wrong of [
    { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
    { secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
    { sessionToken: key.sessionToken },
    { accessKeyId, secretAccessKey },
    { ...key, sessionToken: 'a token of somebody else' },
  ]) {
    assert.equal(await refusalOf(await sendSigned(aws, describe, wrong)), '401 AuthFailure');
  }
});

test('EC2 refuses a signature for another region or service', async () => {
  await using aws = await startAws({ region: 'us-west-2' });
  assert.equal((await sendSigned(aws, describe)).status, 200);
  assert.equal(
    await refusalOf(await sendSigned(aws, describe, { region: 'eu-central-1' })),
    '401 AuthFailure',
  );
  assert.equal(await refusalOf(await sendSigned(aws, describe, { service: 'sts' })), '401 AuthFailure');
});

test('EC2 allows a quarter of an hour between the clocks', async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock });
  const signedAt = (minutes: number) =>
    sendSigned(aws, describe, { date: new Date(clock.now() + minutes * 60_000) });
  assert.equal((await signedAt(-14)).status, 200);
  assert.equal((await signedAt(14)).status, 200);
  assert.equal(await refusalOf(await signedAt(-16)), '400 RequestExpired');
  assert.equal(await refusalOf(await signedAt(16)), '400 RequestExpired');
});

test('EC2 refuses what was changed after it was signed', async () => {
  await using aws = await startAws();
  const headers: Record<string, string> = {};
  await sendSigned(aws, describe, { onSigned: (signed) => Object.assign(headers, signed) });
  const changed = await fetch(aws.ec2Url, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ ...describe, MaxResults: '5' }),
  });
  assert.equal(await refusalOf(changed), '401 AuthFailure');
});

const refusals: readonly (readonly [
  name: string,
  parameters: Readonly<Record<string, string>>,
  answer: string,
])[] = [
  ['an unknown version', { ...describe, Version: '2009-01-01' }, '400 NoSuchVersion'],
  ['no version', { Action: 'DescribeSubnets' }, '400 NoSuchVersion'],
  ['an unknown action', { ...describe, Action: 'AssignPrivateAddresses' }, '400 InvalidAction'],
  ['an unknown parameter', { ...describe, Subnet: 'x' }, '400 UnknownParameter'],
  ['a list without numbers', { ...describe, SubnetId: 'x' }, '400 UnknownParameter'],
  ['a number where there is no list', { ...describe, 'MaxResults.1': '5' }, '400 UnknownParameter'],
  [
    'ClientToken on Assign',
    { Action: 'AssignPrivateIpAddresses', Version: version, ClientToken: 'x' },
    '400 UnknownParameter',
  ],
  [
    'no ENI',
    { Action: 'AssignPrivateIpAddresses', Version: version, 'PrivateIpAddress.1': '10.10.0.20' },
    '400 MissingParameter',
  ],
];

for (const [name, parameters, answer] of refusals) {
  test(`EC2 refuses ${name}`, async () => {
    await using aws = await startAws();
    assert.equal(await refusalOf(await sendSigned(aws, parameters)), answer);
    assert.equal(aws.journal()[0]?.applied, false);
  });
}

test('lists may come in any order and with gaps', async () => {
  await using aws = await startAws();
  const response = await sendSigned(aws, {
    'PrivateIpAddress.7': '10.10.0.21',
    Version: version,
    'PrivateIpAddress.2': '10.10.0.20',
    NetworkInterfaceId: 'eni-00000000000000001',
    Action: 'AssignPrivateIpAddresses',
  });
  assert.equal(response.status, 200);
  assert.deepEqual(aws.addresses('eni-00000000000000001'), ['10.10.0.20', '10.10.0.21']);
});

test('a long list may come in the query', async () => {
  await using aws = await startAws();
  const addresses = Array.from({ length: 9 }, (_, index) => `10.10.0.${20 + index}`);
  const list = Object.fromEntries(
    addresses.map((address, index) => [`PrivateIpAddress.${index * 5 + 1}`, address]),
  );
  const parameters = { Action: 'AssignPrivateIpAddresses', Version: version, ...list };
  const response = await sendSigned(
    aws,
    { ...parameters, NetworkInterfaceId: 'eni-00000000000000001' },
    { method: 'GET' },
  );
  assert.equal(response.status, 200);
  assert.deepEqual(aws.addresses('eni-00000000000000001'), addresses);
});

test('a success has the namespace and empty sets, an error has neither and spells its id another way', async () => {
  await using aws = await startAws();
  const assign = (address: string) =>
    sendSigned(aws, {
      Action: 'AssignPrivateIpAddresses',
      Version: version,
      NetworkInterfaceId: 'eni-00000000000000001',
      'PrivateIpAddress.1': address,
    });
  const compact = (xml: string) => xml.replace(/^<\?xml[^>]*>/, '').replaceAll(/\s*\n\s*/g, '');
  const success = compact(await (await assign('10.10.0.20')).text());
  const failure = compact(await (await assign('10.10.0.1')).text());
  const [successId, failureId] = aws.journal().map(({ requestId }) => requestId);
  assert.equal(
    success,
    `<AssignPrivateIpAddressesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>${successId}</requestId><networkInterfaceId>eni-00000000000000001</networkInterfaceId><assignedPrivateIpAddressesSet><item><privateIpAddress>10.10.0.20</privateIpAddress></item></assignedPrivateIpAddressesSet><assignedIpv4PrefixSet/><return>true</return></AssignPrivateIpAddressesResponse>`,
  );
  assert.equal(
    failure,
    `<Response><Errors><Error><Code>InvalidParameterValue</Code><Message>Address 10.10.0.1 is in subnet's reserved range.</Message></Error></Errors><RequestID>${failureId}</RequestID></Response>`,
  );
});

test('one random seed writes the same answers, another one other answers', async () => {
  const answers = async (randomSeed: number) => {
    await using aws = await startAws({ randomSeed });
    const bodies: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const response = await sendSigned(aws, { Action: 'DescribeNetworkInterfaces', Version: version });
      bodies.push(await response.text());
    }
    return bodies;
  };
  assert.deepEqual(await answers(1), await answers(1));
  assert.notDeepEqual(await answers(1), await answers(2));
});
