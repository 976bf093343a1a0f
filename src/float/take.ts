/** Brings addresses of one family to our ENI, wherever they are. */
import { CloudError, type CloudErrorKind } from '../eni/cloud.ts';
import { familyOf } from '../net/address.ts';
import type { World } from '../world.ts';
import type { Mover, RequestId } from './mover.ts';

/** What came of an address. `from`: the ENI that held it before, where that is known. */
export type Outcome =
  | { readonly kind: 'taken'; readonly request?: string; readonly from?: string }
  | {
      readonly kind: 'failed';
      readonly error: CloudError;
      readonly from?: string;
      /** It is back on the ENI that held it before, and to try again would only interrupt that one. */
      readonly isBack?: boolean;
    };

export type Outcomes = ReadonlyMap<string, Outcome>;

/** Never throws for what EC2 says; one address that EC2 refuses does not keep the others from moving. */
export const take = (
  addresses: readonly string[],
  ours: string,
  mover: Mover,
  world: World,
): Promise<Outcomes> =>
  familyOf(addresses[0] ?? '') === 4
    ? eachOrAll(addresses, (some) => mover.reassignIpv4(some))
    : takeIpv6(addresses, ours, mover, world);

/** EC2's words about the request, for which one address of several may be to blame. */
const ABOUT_ONE: ReadonlySet<CloudErrorKind> = new Set(['rejected', 'taken', 'eni-full', 'not-assigned']);

/** One call for all; when EC2 refuses that, one for each. */
async function eachOrAll(
  addresses: readonly string[],
  call: (addresses: readonly string[]) => Promise<RequestId>,
): Promise<Outcomes> {
  try {
    const request = await call(addresses);
    return same(addresses, { kind: 'taken', ...(request === undefined ? {} : { request }) });
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    if (addresses.length < 2 || !ABOUT_ONE.has(error.kind)) return same(addresses, { kind: 'failed', error });
    const singly = await Promise.all(addresses.map((address) => eachOrAll([address], call)));
    return new Map(singly.flatMap((outcomes) => [...outcomes]));
  }
}

const same = (addresses: readonly string[], outcome: Outcome): Outcomes =>
  new Map(addresses.map((address) => [address, outcome]));

/** IPv6 knows no reassignment (ec2.md 1.4): off there first, then on here, and back where EC2 refuses that. */
async function takeIpv6(
  addresses: readonly string[],
  ours: string,
  mover: Mover,
  world: World,
): Promise<Outcomes> {
  let holders: ReadonlyMap<string, string>;
  try {
    holders = await mover.holdersOf(addresses);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return same(addresses, { kind: 'failed', error });
  }
  const formerOf = (address: string): string | undefined => {
    const holder = holders.get(address);
    return holder === ours ? undefined : holder;
  };
  const outcomes = new Map<string, Outcome>();
  for (const [from, theirs] of Map.groupBy(addresses, formerOf)) {
    if (from === undefined) continue;
    for (const [address, outcome] of await eachOrAll(theirs, (some) => mover.unassignIpv6(from, some))) {
      // What is not there any more need not be taken off: Describe may be behind.
      const isOff = outcome.kind === 'taken' || outcome.error.kind === 'not-assigned';
      if (!isOff) outcomes.set(address, { ...outcome, from });
    }
  }
  const free = addresses.filter((address) => !outcomes.has(address));
  if (free.length === 0) return outcomes;
  const assigned = await eachOrAll(free, (some) => patiently(() => mover.assignIpv6(ours, some), world));
  for (const [address, outcome] of assigned) {
    const from = formerOf(address);
    outcomes.set(address, from === undefined ? outcome : await orBack(address, outcome, from, mover, world));
  }
  return outcomes;
}

/** A call without an answer is made again when the address is looked at anew; a refusal stays one. */
async function orBack(
  address: string,
  outcome: Outcome,
  from: string,
  mover: Mover,
  world: World,
): Promise<Outcome> {
  if (outcome.kind === 'taken' || isPassing(outcome.error)) return { ...outcome, from };
  try {
    await patiently(() => mover.assignIpv6(from, [address]), world);
    return { ...outcome, from, isBack: true };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return { ...outcome, from };
  }
}

/** Whether the same call may succeed in a moment. */
export const isPassing = ({ kind }: CloudError): boolean => kind === 'transient' || kind === 'not-now';

const PAUSES_MS = [50, 200, 800];

/** For what nobody holds while it waits: tries some more before it gives up. */
async function patiently<T>(call: () => Promise<T>, world: World): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof CloudError) || !isPassing(error)) throw error;
      await world.sleep(pause * (0.5 + world.random()));
    }
  }
  return await call();
}
