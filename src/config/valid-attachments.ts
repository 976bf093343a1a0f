/** The attachments that a runtime names in a GC: whatever else the network has is garbage. */
import * as v from 'valibot';
import type { Network } from '../cni/network.ts';
import { Failure } from '../errors.ts';
import type { Attachment } from '../model.ts';

const List = v.array(v.object({ containerID: v.string(), ifname: v.string() }));

/**
 * Reads `cni.dev/valid-attachments`, or the name that it had before CNI 1.1 was final; libcni sends both.
 * @throws Failure `invalid-config` when neither is there: no list is not an empty list.
 */
export function readValidAttachments({ name, json }: Network): readonly Attachment[] {
  const path = 'cni.dev/valid-attachments';
  const result = v.safeParse(List, json[path] ?? json['cni.dev/attachments']);
  if (!result.success) {
    const message = `cannot tell what is garbage as ${path} is missing or malformed`;
    throw new Failure('invalid-config', message);
  }
  return result.output.map(({ containerID, ifname }) => ({
    network: name,
    container: containerID,
    interface: ifname,
  }));
}
