/** The files of conf-examples/, read as Multus and the runtimes' library read them. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

export type JsonObject = { readonly [key: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const FOLDER = fileURLToPath(new URL('../../conf-examples/', import.meta.url));

/** Every file, by its path in the folder. */
export const FILES: readonly string[] = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(FOLDER, join(entry.parentPath, entry.name)))
  .sort();

export const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');

/** What a file of Kubernetes objects has, and that kubectl could read it. */
export function objectsIn(file: string): readonly JsonObject[] {
  return parseAllDocuments(read(file)).map((document) => {
    assert.deepEqual(document.errors, [], file);
    const object: unknown = document.toJS();
    assert.ok(isObject(object), file);
    return object;
  });
}

/** What stands at a path such as `spec.template`; an object without it fails. */
export function at(object: JsonObject, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    assert.ok(isObject(value) && key in value, `there is no ${path}`);
    return value[key];
  }, object);
}

/** A network as an interface plugin hands it to its IPAM. */
export type Network = JsonObject & { readonly type: string; readonly ipam: JsonObject };

const isNetwork = (json: unknown): json is Network => isObject(json) && isObject(json['ipam']);

/** The one network that a file configures, whatever stands beside it. */
export function networkOf(file: string): Network {
  const networks = file.endsWith('.yaml')
    ? objectsIn(file).filter(({ kind }) => kind === 'NetworkAttachmentDefinition')
    : [];
  const texts = file.endsWith('.yaml') ? networks.map((one) => String(at(one, 'spec.config'))) : [read(file)];
  assert.equal(texts.length, 1, file);
  const list: unknown = JSON.parse(texts[0] ?? '');
  assert.ok(isObject(list), file);
  const { plugins = [list], name, cniVersion } = list;
  assert.ok(Array.isArray(plugins), file);
  // Multus gives a configuration without a name that of its definition.
  const [definition] = networks;
  const called = name ?? (definition && at(definition, 'metadata.name'));
  const found = plugins.filter(isNetwork).map((plugin) => ({ ...plugin, cniVersion, name: called }));
  const [network] = found;
  assert.ok(network && found.length === 1, `${file} has ${found.length} networks`);
  return network;
}
