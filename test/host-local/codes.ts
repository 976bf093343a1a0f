/** The contract's code for each of host-local's messages, which have 999 nearly all. */
import type { JsonObject } from './plugin.ts';

/** The first that matches counts. What is left is a configuration that cannot be used. */
const CODES: readonly (readonly [says: RegExp, code: number])[] = [
  [/no IP addresses available in range set/, 100],
  [/is not available in range set/, 102],
  [/^ARGS: error parsing value of pair "IP=/, 7],
  [/^ARGS: /, 4],
  [/^(open|read) /, 5],
  [/Failed to find address/, 105],
];

export function codeOf({ code, msg }: JsonObject): unknown {
  if (code !== 999) return code;
  return CODES.find(([says]) => says.test(String(msg)))?.[1] ?? 7;
}

/** Whether the configuration itself was fine, and only what was asked for could not be given. */
export const isRefusedByRanges = (reply: JsonObject | undefined): boolean =>
  String(reply?.['msg']).startsWith('failed to allocate');
