/** Names of pods, `namespace/name`, and patterns of such names. */
import type { Pod } from './model.ts';

/** What Kubernetes allows in names of namespaces and pods: lower-case DNS labels, in pods with dots between. */
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const PATTERN = /^[-a-z0-9.*]+\/[-a-z0-9.*]+$/;

/** Undefined when the runtime did not tell both parts. */
export const podNameOf = (pod: Pod | undefined): string | undefined =>
  pod && pod.namespace !== '' && pod.name !== '' ? `${pod.namespace}/${pod.name}` : undefined;

export const isPodName = (text: string): boolean => NAME.test(text);

/** Whether the text is a name in which `*` may stand for any text, in either part. */
export const isPodPattern = (text: string): boolean => PATTERN.test(text);

/** Whether the name fits one of the patterns. A pod without a name fits none. */
export const isAmong = (name: string | undefined, patterns: readonly string[]): boolean =>
  name !== undefined && patterns.some((pattern) => fits(name, pattern));

/** Part by part: no `*` reaches across the slash. */
function fits(name: string, pattern: string): boolean {
  const parts = name.split('/');
  return pattern.split('/').every((part, place) => fitsPart(parts[place] ?? '', part));
}

/** Without backtracking: the first fit of each piece between two `*` is as good as any other. */
function fitsPart(text: string, pattern: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return text === head;
  if (!text.startsWith(head) || !text.endsWith(tail)) return false;
  let place = head.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, place);
    if (found < 0) return false;
    place = found + piece.length;
  }
  return place + tail.length <= text.length;
}
