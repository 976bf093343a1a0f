/** CNI_ARGS: `KEY=value` pairs joined by semicolons. */
import { Failure } from '../errors.ts';
import type { Pod } from '../model.ts';

export interface Args {
  /** Addresses of the last `IP=`; Multus joins several with commas. */
  readonly addresses: readonly string[];
  readonly pod?: Pod;
}

/** What kubelet and Multus send. */
const KNOWN = new Set([
  'IP',
  'IgnoreUnknown',
  'K8S_POD_NAMESPACE',
  'K8S_POD_NAME',
  'K8S_POD_INFRA_CONTAINER_ID',
  'K8S_POD_UID',
]);

/**
 * Parses CNI_ARGS. A key may come more than once and in any order, as Multus sends it.
 * @throws Failure `environment` for a broken pair, or an unknown key without `IgnoreUnknown=1`.
 */
export function parseArgs(text: string): Args {
  const pairs = text
    .split(';')
    .filter((pair) => pair !== '')
    .map((pair) => pair.split('='));
  const broken = pairs.find((pair) => pair.length !== 2);
  if (broken) throw new Failure('environment', `CNI_ARGS: invalid pair "${broken.join('=')}"`);

  const values = (key: string): string[] =>
    pairs.flatMap(([name, value = '']) => (name === key ? [value] : []));
  const unknown = pairs.filter(([name = '']) => !KNOWN.has(name)).map((pair) => pair.join('='));
  const ignored = values('IgnoreUnknown').some((value) => /^(1|t|true)$/i.test(value));
  if (unknown.length > 0 && !ignored) {
    throw new Failure('environment', `CNI_ARGS: unknown args ${JSON.stringify(unknown)}`);
  }

  const [uid = ''] = values('K8S_POD_UID');
  const [namespace = ''] = values('K8S_POD_NAMESPACE');
  const [name = ''] = values('K8S_POD_NAME');
  return {
    addresses: (values('IP').at(-1) ?? '').split(',').filter((address) => address !== ''),
    // A runtime may tell the UID alone, or, if it is an old one, the name alone.
    ...(uid !== '' || (namespace !== '' && name !== '') ? { pod: { namespace, name, uid } } : {}),
  };
}
