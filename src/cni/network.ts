/** The network configuration on standard input: its JSON, its name, its version. */
import { errorMessage, Failure } from '../errors.ts';
import { isObject, type JsonObject } from '../json.ts';
import { withFieldNames } from './field-names.ts';
import { type CniVersion, readVersion } from './versions.ts';

export interface Network {
  readonly cniVersion: CniVersion;
  readonly name: string;
  /** The configuration as it came, the interface plugin's part included. */
  readonly json: JsonObject;
}

/** @throws Failure `decode` when there is no JSON object. */
export function decodeNetwork(stdin: string): JsonObject {
  if (stdin.trim() === '') throw new Failure('decode', 'no network configuration on standard input');
  let json: unknown;
  try {
    json = JSON.parse(stdin);
  } catch (error) {
    throw new Failure('decode', `cannot decode the network configuration: ${errorMessage(error)}`, {
      cause: error,
    });
  }
  if (isObject(json)) return withFieldNames(json);
  throw new Failure('decode', 'cannot decode the network configuration: it is not a JSON object');
}

/**
 * Name and version, validated as the reference library does.
 * @throws Failure `invalid-config` or `incompatible-version`.
 */
export function readNetwork(json: JsonObject): Network {
  const { name, cniVersion } = json;
  if (name === undefined || name === null || name === '') {
    throw new Failure('invalid-config', 'missing network name');
  }
  if (typeof name !== 'string' || !/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) {
    throw new Failure('invalid-config', `invalid characters found in network name: ${JSON.stringify(name)}`);
  }
  return { name, cniVersion: readVersion(cniVersion), json };
}
