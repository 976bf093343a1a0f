/** The nouns of the program, as plain immutable data. */
import type { Family } from './net/address.ts';

/** What holds addresses: one interface of one container on one network. */
export interface Attachment {
  readonly network: string;
  readonly container: string;
  readonly interface: string;
}

/**
 * The Kubernetes pod behind a container, as Multus and kubelet name it in CNI_ARGS; what they do not tell is
 * empty. A UID is a pod's for ever; a name may come again.
 */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * A container's network namespace as ADD saw it. The folder's identity tells later whether one
 * looks at the same folder: from another mount namespace, a missing path proves nothing.
 */
export interface Sandbox {
  /** Its name in the folder. */
  readonly netns: string;
  readonly folder: { readonly path: string; readonly device: number; readonly inode: number };
}

/** The elastic network interface that a reservation's address is assigned to. */
export interface EniRef {
  readonly id: string;
  readonly region: string;
  /** Id of the ENI's subnet: within it, an address exists once. */
  readonly subnet: string;
  /** Absent when the configuration named the ENI and IMDS was not asked. */
  readonly mac?: string;
}

/** An ENI with what allocation has to know about it. None of it changes while the ENI is attached. */
export interface Eni extends EniRef {
  /** CIDRs of its subnet, of one family or of both. */
  readonly cidrs: readonly string[];
  /** The ENI's own IPv4 address, which no pod may get; an ENI of an IPv6-only subnet has none. */
  readonly primary?: string;
}

/** An ENI as it was found once, to be found again without asking. */
export interface KnownEni extends Eni {
  /** The boot in which it was found: what is attached may change while the machine is down. */
  readonly boot: string;
  /** When it was found, in milliseconds since the epoch. */
  readonly since: number;
}

/** EC2 said that an ENI has no room: until something leaves it, nobody need ask again. */
export interface Limit {
  /** Id of the ENI. */
  readonly eni: string;
  readonly family: Family;
  /** How many addresses of pods, or prefixes for them, were on it then. */
  readonly pods: number;
  readonly until: number;
}

/** Why EC2 will not give a reservation its address. */
export interface Verdict {
  readonly kind: 'address-taken' | 'eni-full' | 'denied' | 'no-eni' | 'invalid-config';
  readonly message: string;
}

/**
 * Life of what an ENI is to hold:
 * - `assigning`: the intent; EC2 may or may not have heard of it.
 * - `assigned`: EC2 answered that the ENI holds it (without an ENI: the address is taken).
 * - `releasing`: to be taken off the ENI; it may or may not still be there.
 * - `refused`: EC2 said no; its owner takes another one or fails.
 */
export type AssignmentState = 'assigning' | 'assigned' | 'releasing' | 'refused';

/** What an ENI is to hold, and how far that has come with EC2. */
export interface Assignment {
  /** One address, or a prefix such as 10.10.1.16/28. */
  readonly address: string;
  readonly state: AssignmentState;
  /** When it entered this state, in milliseconds since the epoch. */
  readonly since: number;
  /** How long it is best left alone once nobody has it, in milliseconds. */
  readonly cooldown: number;
  readonly eni?: EniRef;
  readonly verdict?: Verdict;
  /** Of `assigning`: when its owner gives up at the latest. Nobody waits for it after that. */
  readonly deadline?: number;
  /** An Assign of it got no answer, and may still be carried out. */
  readonly unconfirmed?: true;
  /** Of `releasing`: EC2 was never asked to assign it, so that what may be on the ENI is not ours. */
  readonly unasked?: true;
  /** An Unassign of it got no answer, and may still be carried out. */
  readonly unanswered?: true;
  /** Of `assigned`: the ENI was seen without it, and is to get it again. */
  readonly lost?: true;
  /** Of `assigning`: it is the pod's own, and may be taken over from an ENI that is out of use. */
  readonly reassign?: 'stale';
}

/** One address in the hands of one attachment. */
export interface Reservation extends Attachment, Assignment, Partial<Sandbox> {
  /** Index of the range set that the address is for. */
  readonly set: number;
  /** Prefix length and gateway of its range, so that the answer survives a changed configuration. */
  readonly length: number;
  readonly gateway: string;
  /** The boot in which it was made: nothing lives through a reboot. */
  readonly boot: string;
  readonly pod?: Pod;
  /** The delegated prefix that the address is of: the ENI has it by that, and EC2 never hears of it alone. */
  readonly prefix?: string;
  /** When its sandbox was first seen to be gone. */
  readonly goneSince?: number;
  /** How long its address is kept for its pod once it is released, in milliseconds. */
  readonly sticky?: number;
}

/** Some reservations, one after the other. */
export interface Block {
  /** Makes them out of what is written, unless that is done. */
  readonly read: () => readonly Reservation[];
  /** False when none of them can have this text as the value of a field. */
  readonly mayMention: (value: string) => boolean;
}

/** In the order in which they were made; see `reservations.ts`. */
export type Reservations = readonly Block[];

/** A prefix in the hands of the node, for the pods of a network and of all others whose ranges it lies in. */
export interface Delegation extends Assignment {
  readonly network: string;
  readonly eni: EniRef;
  /** How many prefixes that no pod is in are kept for the network. */
  readonly spare: number;
}

/** The address that an interface of a pod had last: it gets it again, and others only when nothing else is free. */
export interface Binding {
  readonly network: string;
  /** `namespace/name` of the pod: whoever comes with this name is meant. */
  readonly pod: string;
  readonly interface: string;
  /** Index of the range set. */
  readonly set: number;
  /** Where the address is unique, see `scopeOf`. */
  readonly scope: string;
  readonly address: string;
  /** In milliseconds since the epoch. */
  readonly until: number;
}

/**
 * Why an address that no reservation holds is remembered:
 * - `released`: this node took it off its ENI; lists of the ENI may show it for a while.
 * - `foreign`: another ENI holds it.
 * - `asked`: this node asked EC2 to assign it and never heard; it may turn up on the ENI.
 * - `unsettled`: an Unassign of it may still land, and would take it from whoever has it then.
 * - `unexplained`: an ENI of this node holds it, and no record tells why. EC2 would not refuse it.
 */
export type MarkReason = 'released' | 'foreign' | 'asked' | 'unsettled' | 'unexplained';

/** Something worth knowing for a time about an address, or a prefix. */
export interface Mark {
  /** Where the address is unique, see `scopeOf`. */
  readonly scope: string;
  readonly address: string;
  readonly reason: MarkReason;
  readonly since: number;
  readonly until: number;
  /** Id of the ENI that held it, or that holds it. */
  readonly eni?: string;
}

/** What a network was when an ADD last used it with an ENI: it tells whose addresses are whose. */
export interface KnownNetwork {
  readonly eni: EniRef;
  /** Its ranges as `first-last`, without what they exclude. */
  readonly ranges: readonly string[];
}

/** A part of a subnet that is reserved for addresses that are asked for by name: a CIDR reservation, type explicit. */
export interface ReservedBlock {
  readonly id: string;
  readonly cidr: string;
  readonly description?: string;
}

/** What a subnet reserves, as EC2 told it once. */
export interface KnownSubnet {
  /** The boot in which EC2 told it. */
  readonly boot: string;
  /** When EC2 told it, in milliseconds since the epoch. */
  readonly since: number;
  readonly reserved: readonly ReservedBlock[];
  /** When EC2 was asked again and did not tell. */
  readonly missed?: number;
}

/** All that a node remembers. */
export interface State {
  readonly reservations: Reservations;
  readonly delegations: readonly Delegation[];
  readonly marks: readonly Mark[];
  /** Per network and range set (`network/0`) the address that was handed out last. */
  readonly cursors: Readonly<Record<string, string>>;
  /** By name. */
  readonly networks: Readonly<Record<string, KnownNetwork>>;
  /** By the MAC of the host interface, or by the id that a configuration gives. */
  readonly enis: Readonly<Record<string, KnownEni>>;
  /** By id. */
  readonly subnets: Readonly<Record<string, KnownSubnet>>;
  readonly limits: readonly Limit[];
  /** The latest last. */
  readonly bindings: readonly Binding[];
}
