/** The ENI and the range sets of a configuration, wherever the ranges come from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Allocation, readAllocation } from '../../src/config/allocation.ts';
import { formatSet } from '../../src/config/ranges.ts';
import type { Ec2 } from '../../src/eni/ec2.ts';
import { type Located, locateRanges, lookUpRanges } from '../../src/eni/locate-ranges.ts';
import type { CidrReservation, Survey } from '../../src/eni/survey.ts';
import type { KnownEni } from '../../src/model.ts';
import { parseSpan } from '../../src/net/span.ts';
import { CIDR, CIDR6, EMPTY, ENI } from '../allocator/claims.ts';
import { startImds } from './fake-imds.ts';
import { makeNode } from './runs.ts';

const MAC = '00:00:00:00:00:00';
const at = (field: string): string => `network/interfaces/macs/${MAC}/${field}`;
const IPV4_ONLY = {
  'placement/region': ENI.region,
  [at('interface-id')]: ENI.id,
  [at('subnet-id')]: ENI.subnet,
  [at('subnet-ipv4-cidr-block')]: CIDR,
  [at('local-ipv4s')]: '10.10.0.5',
};
const DUAL = { ...IPV4_ONLY, [at('subnet-ipv6-cidr-blocks')]: CIDR6 };

const read = (ipam: object): Allocation =>
  readAllocation({ name: 'pods', cniVersion: '1.1.0', json: { master: 'lo', ipam } }, '');
const shown = ({ rangeSets }: Located): readonly string[] => rangeSets.map(formatSet);

/** An EC2 whose subnet reserves these, and that counts who asks. */
function reserving(...cidrs: string[]): Ec2 & { questions: number } {
  const reservations = cidrs.map((cidr): CidrReservation => {
    const span = parseSpan(cidr);
    assert.ok(span);
    return { id: `scr-${cidr}`, cidr, type: 'explicit', span };
  });
  const nobody = (): Promise<never> => Promise.reject(new Error('nobody asked for that'));
  const ec2 = {
    questions: 0,
    openCloud: nobody,
    openSurvey: async (): Promise<Survey> => ({
      enisIn: nobody,
      eni: nobody,
      cidrsOf: nobody,
      limitsOf: nobody,
      async reservationsIn() {
        ec2.questions += 1;
        return reservations;
      },
    }),
  };
  return ec2;
}

test('locateRanges() asks nobody what is reserved where ranges are given', async () => {
  await using service = await startImds(IPV4_ONLY);
  using node = makeNode();
  const ec2 = reserving();
  const located = await locateRanges(read({ subnet: '10.10.0.0/24' }), ec2, node.start(service.world));
  assert.deepEqual([located.eni?.id, shown(located)], [ENI.id, ['10.10.0.1-10.10.0.254']]);
  const local = await locateRanges(
    read({ subnet: '10.1.0.0/24', eni: { assign: false } }),
    ec2,
    node.start(),
  );
  assert.deepEqual([local.eni, shown(local)], [undefined, ['10.1.0.1-10.1.0.254']]);
  assert.equal(ec2.questions, 0);
});

test('locateRanges() finds the ENI anew when its subnet has got an IPv6 CIDR, and a reservation in it', async () => {
  await using service = await startImds(DUAL);
  using node = makeNode();
  const known: KnownEni = { ...ENI, mac: MAC, boot: 'boot-1', since: Date.now() };
  await node.seed({ ...EMPTY, enis: { [MAC]: known } });
  const ec2 = reserving('10.10.0.64/28', '2600:1f14:abc:1200::40/124');
  for (let tries = 0; tries < 2; tries++) {
    const located = await locateRanges(read({}), ec2, node.start(service.world));
    assert.deepEqual(shown(located), [
      '10.10.0.64-10.10.0.79',
      '2600:1f14:abc:1200::40-2600:1f14:abc:1200::4f',
    ]);
    assert.deepEqual(located.eni?.cidrs, [CIDR, CIDR6]);
  }
  assert.equal(ec2.questions, 1);
});

test('locateRanges() asks again when what is remembered is of no use to this network', async () => {
  await using service = await startImds(IPV4_ONLY);
  using node = makeNode();
  const ec2 = reserving('10.10.0.64/28', '10.10.0.96/28');
  const pick = (reservation: string) =>
    locateRanges(read({ eni: { reservation } }), ec2, node.start(service.world));
  assert.deepEqual(shown(await pick('scr-10.10.0.96/28')), ['10.10.0.96-10.10.0.111']);
  assert.deepEqual(shown(await pick('scr-10.10.0.64/28')), ['10.10.0.64-10.10.0.79']);
  assert.equal(ec2.questions, 1, 'two networks, one question');
  await assert.rejects(pick('scr-0404'), { kind: 'invalid-config' });
  assert.equal(ec2.questions, 2);
});

test('lookUpRanges() finds the same, and writes nothing down', async () => {
  await using service = await startImds(IPV4_ONLY);
  using node = makeNode();
  const run = node.start(service.world);
  assert.deepEqual(shown(await lookUpRanges(read({}), reserving('10.10.0.64/28'), run)), [
    '10.10.0.64-10.10.0.79',
  ]);
  assert.deepEqual(run.store.read(), EMPTY);
});
