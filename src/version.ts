/** What this program is and what it was built from, put in by build.mjs. */

/** Where a build comes from. Nothing in it depends on where and when that was made. */
export interface Provenance {
  /** Commit of the sources; absent when they were not in a repository. */
  readonly commit?: string;
  /** The sources differed from the commit. */
  readonly modified?: boolean;
  /** Of the commit, or SOURCE_DATE_EPOCH; RFC 3339. */
  readonly date?: string;
  /** SHA-256 of package-lock.json, which pins all that was built in. */
  readonly lock: string;
  /** Version of the Node.js that runs it, unless Bun does. */
  readonly node?: string;
  /** Version of the Bun that runs it, unless Node.js does. */
  readonly bun?: string;
  /** Version of the AWS SDK in it. */
  readonly sdk: string;
}

declare const VERSION: string | undefined;
declare const PROVENANCE: Provenance | undefined;

export const version: string = typeof VERSION === 'string' ? VERSION : 'unbuilt';

/** Absent when the sources run as they are. */
export const provenance: Provenance | undefined = typeof PROVENANCE === 'object' ? PROVENANCE : undefined;
