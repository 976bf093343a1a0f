/** Names of fields in whatever case, as Go reads them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withFieldNames } from '../../src/cni/field-names.ts';

test('withFieldNames() spells CNI’s and host-local’s fields as they do, on every level', () => {
  const given = {
    CNIVersion: '1.0.0',
    Name: 'pods',
    IPAM: { Ranges: [[{ Subnet: '10.1.2.0/24', rangestart: '10.1.2.50' }]], Routes: [{ Dst: '0.0.0.0/0' }] },
    RuntimeConfig: { IPs: ['10.1.2.9'] },
    args: { CNI: { IPS: ['10.1.2.8'] } },
  };
  assert.deepEqual(withFieldNames(given), {
    cniVersion: '1.0.0',
    name: 'pods',
    ipam: { ranges: [[{ subnet: '10.1.2.0/24', rangeStart: '10.1.2.50' }]], routes: [{ dst: '0.0.0.0/0' }] },
    runtimeConfig: { ips: ['10.1.2.9'] },
    args: { cni: { ips: ['10.1.2.8'] } },
  });
});

test('withFieldNames() leaves alone what is not theirs, values and prototypes', () => {
  const given = JSON.parse(
    '{"Mode":"l2","ipam":{"Order":"reverse","eni":{"Assign":false}},"__proto__":{"Name":1}}',
  );
  assert.deepEqual(withFieldNames(given), given);
  assert.deepEqual(withFieldNames({ constructor: { Name: 1 } }), { constructor: { Name: 1 } });
  assert.deepEqual(withFieldNames({ Name: { Subnet: 1 } }), { name: { Subnet: 1 } });
});

test('withFieldNames() takes the last of two spellings, as Go does', () => {
  assert.deepEqual(withFieldNames({ Name: 'first', name: 'second' }), { name: 'second' });
  assert.deepEqual(withFieldNames({ name: 'first', NAME: 'second' }), { name: 'second' });
});
