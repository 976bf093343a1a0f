/** The shape of a seed in a JSON file. */
import { type CidrReservation, instanceStates } from '../cloud/model.ts';
import type { EniSeed, InstanceSeed, Seed, SubnetSeed } from '../cloud/seed.ts';
import {
  type Check,
  either,
  list,
  literal,
  number,
  object,
  optional,
  record,
  type Shape,
  text,
} from './shape.ts';

const reservation: Shape<CidrReservation> = object<CidrReservation>({
  id: text,
  cidr: text,
  type: literal('prefix', 'explicit'),
  description: optional(text),
});

const subnet: Shape<SubnetSeed> = object<SubnetSeed>({
  id: text,
  cidr: text,
  vpcId: optional(text),
  zone: optional(text),
  ipv6Cidr: optional(text),
  reservations: optional(list(reservation)),
});

export const instanceState: Check = literal(...Object.keys(instanceStates));

const instance: Shape<InstanceSeed> = object<InstanceSeed>({
  id: text,
  type: optional(text),
  role: optional(either(text, literal(null))),
  state: optional(instanceState),
});

export const eniShape: Shape<EniSeed> = object<EniSeed>({
  id: text,
  subnetId: text,
  mac: optional(text),
  primary: optional(text),
  secondaries: optional(list(text)),
  prefixes: optional(list(text)),
  ipv6: optional(list(text)),
  ipv6Prefixes: optional(list(text)),
  instanceId: optional(text),
  deviceIndex: optional(number),
  imdsDelayMs: optional(number),
  tags: optional(record(text)),
});

export const seedShape: Shape<Seed> = object<Seed>({
  subnets: list(subnet),
  instances: list(instance),
  enis: list(eniShape),
});
