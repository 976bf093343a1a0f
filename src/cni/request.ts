/** A request as it reaches the program: environment and standard input, validated and put together. */
import type { Attachment } from '../model.ts';
import type { Invocation } from './environment.ts';
import { decodeNetwork, type Network, readNetwork } from './network.ts';

/** What ADD, DEL and CHECK are about. */
export interface Request {
  readonly network: Network;
  readonly attachment: Attachment;
  /** Path of the container's network namespace; empty when a DEL comes without. */
  readonly netns: string;
  /** CNI_ARGS as it came: what of it is wrong matters to ADD alone. */
  readonly args: string;
}

/** Puts a request together, in the order in which the reference library finds fault. */
export function readRequest(invocation: Invocation, stdin: string): Request {
  const network = readNetwork(decodeNetwork(stdin));
  const { container, interface: name, netns, args } = invocation;
  return { network, attachment: { network: network.name, container, interface: name }, netns, args };
}
