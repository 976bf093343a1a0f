/** A client that knows nothing but the two endpoints gets its keys from IMDS, as on a node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { startAws } from './aws.ts';

test("the SDK's default chain finds the role of the instance that it runs on", async () => {
  await using aws = await startAws();
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  // No file of this machine may know better.
  const files = { AWS_CONFIG_FILE: '/nonexistent', AWS_SHARED_CREDENTIALS_FILE: '/nonexistent' };
  Object.assign(process.env, files, aws.environment());
  const client = new EC2Client({ region: aws.region });
  const { Subnets = [] } = await client.send(new DescribeSubnetsCommand({}));
  client.destroy();
  assert.equal(Subnets.length, 1);
  assert.equal(aws.journal()[0]?.caller, 'i-00000000000000001');
});
