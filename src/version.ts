/** The program's own version, put in by build.mjs. */
declare const VERSION: string | undefined;

export const version: string = typeof VERSION === 'string' ? VERSION : 'unbuilt';
