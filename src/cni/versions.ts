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
