/** What a handful of instance types can hold; the counts of addresses include the primary one. */

export type InstanceType = {
  readonly interfaces: number;
  readonly ipv4PerInterface: number;
  readonly ipv6PerInterface: number;
};

export const instanceTypes: ReadonlyMap<string, InstanceType> = new Map([
  ['t3.nano', limits(2, 2)],
  ['t3.small', limits(3, 4)],
  ['t3.medium', limits(3, 6)],
  ['m5.large', limits(3, 10)],
  ['m5.xlarge', limits(4, 15)],
  ['m6i.4xlarge', limits(8, 30)],
  ['m5.24xlarge', limits(15, 50)],
  ['c5n.18xlarge', limits(15, 50)],
]);

function limits(interfaces: number, addresses: number): InstanceType {
  return { interfaces, ipv4PerInterface: addresses, ipv6PerInterface: addresses };
}
