/** What the program needs of EC2, and the ways in which EC2 says no. */
import { Failure } from '../errors.ts';
import type { EniRef } from '../model.ts';
import type { CallContext } from '../run.ts';
import type { EniUse } from './eni-use.ts';
import type { Holding } from './holdings.ts';

/** Facts about an ENI as EC2 tells them. */
export interface EniDescription {
  readonly subnet: string;
  readonly cidrs: readonly string[];
  readonly primary?: string;
  /** What it holds besides, in both families; a prefix as 10.10.1.16/28. */
  readonly secondaries: readonly string[];
}

/**
 * The calls that the program makes. Every method throws {@link CloudError}, and takes and gives
 * addresses in canonical text. No call ever allows reassignment: an address on another ENI is
 * somebody else's.
 */
export interface Cloud {
  /**
   * AssignPrivateIpAddresses, or AssignIpv6Addresses: addresses of one family or prefixes of one, all of
   * them or none. Holding one already is no error (ec2.md 1.2).
   */
  assign(eni: EniRef, addresses: readonly string[]): Promise<void>;
  /** UnassignPrivateIpAddresses, or UnassignIpv6Addresses: of one family or prefixes of one, all of them or none. */
  unassign(eni: EniRef, addresses: readonly string[]): Promise<void>;
  /** DescribeNetworkInterfaces and, for the CIDRs, DescribeSubnets. */
  describeEni(id: string): Promise<EniDescription>;
  /** What an ENI holds beside its primary address, in both families, prefixes included. */
  secondariesOf(id: string): Promise<readonly string[]>;
  /** Everything in the subnet that an ENI holds, delegated prefixes included. */
  holdingsIn(subnet: string): Promise<readonly Holding[]>;
  /** DescribeNetworkInterfaces and, when it is attached, DescribeInstances: who uses an ENI. */
  useOf(id: string): Promise<EniUse>;
}

/** Opens EC2 in a region. Only a process that calls EC2 should: it loads the SDK. */
export type OpenCloud = (region: string, run: CallContext) => Promise<Cloud>;

/**
 * - `transient`: unreachable, or broken on EC2's side; the call may have been carried out.
 * - `not-now`: throttled, or turned away for expired credentials; it was not carried out, and may be later.
 * - `denied`: no credentials, or not allowed to call.
 * - `eni-gone`, `eni-full`, `not-assigned`: as they say.
 * - `taken`: another ENI holds an address. `rejected`: anything else that is wrong with the request.
 */
export type CloudErrorKind =
  | 'transient'
  | 'not-now'
  | 'denied'
  | 'eni-gone'
  | 'eni-full'
  | 'not-assigned'
  | 'taken'
  | 'rejected';

export class CloudError extends Error {
  override readonly name = 'CloudError';
  readonly kind: CloudErrorKind;
  /** EC2's error code, such as InvalidParameterValue. */
  readonly code: string;

  constructor(kind: CloudErrorKind, code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
    this.code = code;
  }
}

/** What a question that EC2 did not answer means for the invocation; other errors stay what they are. */
export function toFailure(error: unknown, attempt: string): unknown {
  if (!(error instanceof CloudError)) return error;
  const kind = error.kind === 'eni-gone' ? 'no-eni' : error.kind === 'denied' ? 'denied' : 'try-again';
  return new Failure(kind, `cannot ${attempt}: ${error.message}`, { cause: error });
}
