/** Signature Version 4 against the worked examples that AWS publishes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalRequest, signature, signingKey, stringToSign } from './ec2/sigv4.ts';
import type { WireRequest } from './loopback.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const time = '20150830T123600Z';

const listUsers: WireRequest = {
  method: 'GET',
  path: '/',
  query: 'Action=ListUsers&Version=2010-05-08',
  headers: {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host: 'iam.amazonaws.com',
    'x-amz-date': time,
  },
  body: Buffer.alloc(0),
};
const listUsersHeaders = ['content-type', 'host', 'x-amz-date'];
const iam = { date: '20150830', region: 'us-east-1', service: 'iam' };

test('signingKey() makes the key of the IAM example', () => {
  assert.equal(
    signingKey(secret, iam).toString('hex'),
    'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
  );
});

test('stringToSign() ends with the hash of the canonical request of the IAM example', () => {
  const lines = stringToSign(canonicalRequest(listUsers, listUsersHeaders), time, iam).split('\n');
  assert.deepEqual(lines, [
    'AWS4-HMAC-SHA256',
    time,
    '20150830/us-east-1/iam/aws4_request',
    'f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59',
  ]);
});

test('signature() signs the IAM example', () => {
  assert.equal(
    signature(listUsers, listUsersHeaders, time, iam, secret),
    '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  );
});

test('signature() signs get-vanilla of the test suite', () => {
  const request: WireRequest = {
    method: 'GET',
    path: '/',
    query: '',
    headers: { host: 'example.amazonaws.com', 'x-amz-date': time },
    body: Buffer.alloc(0),
  };
  assert.equal(
    signature(request, ['host', 'x-amz-date'], time, { ...iam, service: 'service' }, secret),
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  );
});
