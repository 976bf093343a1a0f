/** The addresses in `prevResult`, which the runtime hands back to CHECK. */
import * as v from 'valibot';
import type { Network } from '../cni/network.ts';
import { Failure } from '../errors.ts';
import { formatAddress } from '../net/address.ts';
import { parsePrefix } from '../net/prefix.ts';

const Shape = v.object({
  prevResult: v.object({ ips: v.optional(v.array(v.object({ address: v.string() })), []) }),
});

/**
 * The addresses of the result that ADD gave, in canonical text, those of other plugins included.
 * @throws Failure `invalid-config` when there is no result.
 */
export function readPreviousAddresses({ json }: Network): readonly string[] {
  const result = v.safeParse(Shape, json);
  if (!result.success) {
    throw new Failure('invalid-config', 'cannot check the attachment as prevResult is missing or malformed');
  }
  return result.output.prevResult.ips.flatMap(({ address }) => {
    const prefix = parsePrefix(address);
    return prefix ? formatAddress(prefix.address) : [];
  });
}
