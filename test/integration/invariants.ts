/** What must hold of a node and the AWS around it whenever nothing is going on (contract, section 4). */
import type { Host } from './host.ts';
import type { StoredDocument, StoredReservation } from './node.ts';

/** An address that a living attachment was told is its own. */
export interface Holding {
  readonly network: string;
  readonly container: string;
  readonly address: string;
  /** Absent where addresses are not assigned to an ENI. */
  readonly eni?: string;
}

export interface Expectation {
  readonly live: readonly Holding[];
  /** By ENI: what somebody else put there. */
  readonly foreign: ReadonlyMap<string, readonly string[]>;
}

/** A reservation with what only this page asks about. */
interface Recorded extends StoredReservation {
  readonly eni?: { readonly id: string; readonly subnet: string };
}

interface Recollection extends Pick<StoredDocument, 'delegations'> {
  readonly reservations: readonly Recorded[];
  readonly marks: readonly { readonly address: string; readonly reason: string; readonly eni?: string }[];
}

/**
 * Everything that is wrong: a living attachment without its address, an address with two of them, an
 * address on an ENI that nothing explains and nothing will take off, a foreign one that was touched.
 */
export function findProblems({ aws, node }: Host, { live, foreign }: Expectation): string[] {
  const { reservations, delegations, marks } = node.document() as Recollection;
  const problems: string[] = [];

  const owners = new Map<string, string>();
  for (const { network, container, address, eni } of live) {
    const place = `${eni ? 'VPC' : network} ${address}`;
    const other = owners.get(place);
    if (other) problems.push(`${container} and ${other} both have ${address}`);
    owners.set(place, container);
    if (eni && !isOnEni(aws, eni, address))
      problems.push(`${container} lives, and ${eni} does not hold its ${address}`);
    const isRecorded = reservations.some(
      (one) => one.container === container && one.network === network && one.address === address,
    );
    if (!isRecorded) problems.push(`${container} lives, and no record says that it has ${address}`);
  }

  const recorded = new Map<string, string>();
  for (const { network, container, address, state, eni } of reservations) {
    const place = `${eni?.subnet ?? network} ${address}`;
    const other = recorded.get(place);
    if (other && state !== 'refused') problems.push(`${address} is recorded for ${container} and ${other}`);
    recorded.set(place, container);
  }

  for (const { id } of aws.state().enis.values()) {
    const held = [...aws.addresses(id), ...aws.prefixes(id)];
    const theirs = foreign.get(id) ?? [];
    const explained = new Set([
      ...theirs,
      ...[...reservations, ...delegations].flatMap(({ address, eni }) => (eni?.id === id ? address : [])),
      ...marks.flatMap(({ address, reason, eni }) => (eni === id && reason === 'asked' ? address : [])),
    ]);
    for (const address of held)
      if (!explained.has(address)) problems.push(`${id} holds ${address}, and nothing explains it`);
    for (const address of theirs)
      if (!held.includes(address)) problems.push(`${id} lost ${address}, which is somebody else's`);
    for (const { eniId, lost } of aws.mutations())
      for (const address of lost)
        if (eniId === id && theirs.includes(address)) problems.push(`${address} was taken off ${id}`);
  }
  for (const { seq, action, allowReassignment } of aws.journal())
    if (allowReassignment) problems.push(`request ${seq}, ${action}, allows reassignment`);
  return problems;
}

/** By itself, or by a /28 of 10.10.0.0/24. */
const isOnEni = (aws: Host['aws'], eni: string, address: string): boolean =>
  aws.addresses(eni).includes(address) || aws.prefixes(eni).some((prefix) => isOf(prefix, address));

const isOf = (prefix: string, address: string): boolean =>
  lastByteOf(prefix) === Math.floor(lastByteOf(address) / 16) * 16;

const lastByteOf = (text: string): number => Number(/(\d+)(?:\/28)?$/.exec(text)?.[1]);

/** What is there beyond the living and the foreign: on ENIs, and on record. */
export function findRemains({ aws, node }: Host, { live, foreign }: Expectation): string[] {
  const onEnis = [...aws.state().enis.values()].flatMap(({ id }) => {
    const wanted = new Set([
      ...(foreign.get(id) ?? []),
      ...live.flatMap(({ address, eni }) => (eni === id ? address : [])),
    ]);
    const isNeeded = (prefix: string): boolean =>
      live.some(({ address, eni }) => eni === id && isOf(prefix, address));
    const addresses = aws.addresses(id).filter((address) => !wanted.has(address));
    const prefixes = aws.prefixes(id).filter((prefix) => !isNeeded(prefix));
    return [...addresses, ...prefixes].map((one) => `${one} on ${id}`);
  });
  const onRecord = node
    .reservations()
    .filter(
      (one) =>
        one.state !== 'assigned' ||
        !live.some(({ container, address }) => container === one.container && address === one.address),
    )
    .map(({ address, container, state }) => `${address} of ${container}, ${state}, on record`);
  return [...onEnis, ...onRecord];
}

/** All that AWS was asked and all that came of it, for whoever has to find out why. */
export function tellHistory({ aws, node }: Host): string {
  const requests = aws.journal().map((entry) => {
    const { seq, time, action, parameters, applied, status, errorCode } = entry;
    const about = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
    const fate = `${applied ? 'applied' : 'not applied'}, ${status ?? 'no answer'} ${errorCode ?? ''}`;
    return `${new Date(time).toISOString()} request ${seq} ${action} ${about.join(' ')}: ${fate}`;
  });
  const changes = aws.mutations().map(({ time, cause, eniId, gained, lost }) => {
    const change = [...gained.map((one) => `+${one}`), ...lost.map((one) => `-${one}`)];
    return `${new Date(time).toISOString()} ${eniId} ${change.join(' ')} by ${cause}`;
  });
  return [...requests, ...changes, JSON.stringify(node.document(), undefined, 1)].join('\n');
}
