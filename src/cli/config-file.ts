/** Network configurations as people keep them: a bare one, a list of plugins, NetworkAttachmentDefinitions. */
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { type Network, readNetwork } from '../cni/network.ts';
import { errorMessage, Failure } from '../errors.ts';
import { isObject, type JsonObject } from '../json.ts';

/** IPAM plugins whose configuration is ours to read: our own, and the one we stand in for. */
const OURS = ['eni-local', 'host-local'];

/**
 * The networks that a file configures with our IPAM, as an interface plugin would hand them to us. YAML
 * or JSON, one document or several.
 * @throws Failure `invalid-config` or `decode`, naming the file.
 */
export function readNetworks(path: string): readonly Network[] {
  const text = readText(path);
  const networks = parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new Failure('decode', `cannot decode ${path}: ${error.message.replaceAll(/\s+/g, ' ')}`);
    return configurationsIn(document.toJS(), path);
  });
  if (networks.length > 0) return networks.map(readNetwork);
  throw new Failure('invalid-config', `${path} has no network whose ipam.type is ${OURS.join(' or ')}`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Failure('io', `cannot read ${path}: ${errorMessage(error)}`, { cause: error });
  }
}

function configurationsIn(document: unknown, path: string): readonly JsonObject[] {
  if (!isObject(document)) return [];
  const { kind, items, plugins } = document;
  if (kind === 'NetworkAttachmentDefinition') return configurationsOf(document, path);
  if (Array.isArray(items)) return items.flatMap((item) => configurationsIn(item, path));
  if (!Array.isArray(plugins)) return isOurs(document) ? [document] : [];
  const { name, cniVersion } = document;
  return plugins.flatMap((plugin) =>
    isObject(plugin) && isOurs(plugin) ? [{ ...plugin, name, cniVersion }] : [],
  );
}

/** Multus gives a configuration without a name that of its definition. */
function configurationsOf({ metadata, spec }: JsonObject, path: string): readonly JsonObject[] {
  const name = isObject(metadata) ? metadata['name'] : undefined;
  const config = isObject(spec) ? spec['config'] : undefined;
  if (typeof config !== 'string') {
    throw new Failure(
      'invalid-config',
      `${path}: the NetworkAttachmentDefinition ${String(name)} has no spec.config`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(config);
  } catch (error) {
    throw new Failure(
      'decode',
      `cannot decode spec.config of ${String(name)} in ${path}: ${errorMessage(error)}`,
    );
  }
  return configurationsIn(isObject(json) ? { name, ...json } : json, path);
}

const isOurs = ({ ipam }: JsonObject): boolean =>
  isObject(ipam) && OURS.some((type) => type === ipam['type']);
