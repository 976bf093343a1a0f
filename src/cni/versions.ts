/** The CNI versions that the plugin speaks. */
import { Failure } from '../errors.ts';

export const CNI_VERSIONS = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const;
export type CniVersion = (typeof CNI_VERSIONS)[number];

export const NEWEST_VERSION: CniVersion = '1.1.0';

/** Whether `version` is `than` or newer. */
export const isAtLeast = (version: CniVersion, than: CniVersion): boolean =>
  CNI_VERSIONS.indexOf(version) >= CNI_VERSIONS.indexOf(than);

export const isCniVersion = (value: unknown): value is CniVersion =>
  (CNI_VERSIONS as readonly unknown[]).includes(value);

/**
 * Some verbs are younger than CNI itself.
 * @throws Failure `incompatible-version` when the configuration's version does not have the verb.
 */
export function requireVersion(version: CniVersion, than: CniVersion, verb: string): void {
  if (isAtLeast(version, than)) return;
  throw new Failure('incompatible-version', `config version does not allow ${verb}`);
}

/**
 * The version that a configuration speaks; none at all means 0.1.0 (CNI spec, "Version considerations").
 * @throws Failure `incompatible-version`.
 */
export function readVersion(value: unknown): CniVersion {
  if (value === undefined || value === null || value === '') return '0.1.0';
  if (isCniVersion(value)) return value;
  throw new Failure('incompatible-version', 'incompatible CNI versions', {
    details: `config is ${JSON.stringify(value)}, plugin supports ${JSON.stringify(CNI_VERSIONS)}`,
  });
}
