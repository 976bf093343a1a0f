/** Watches the file system calls of this process, and breaks the one that a test chooses. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

const WATCHED = ['openSync', 'writeSync', 'fsyncSync', 'closeSync', 'linkSync', 'unlinkSync'] as const;
type Watched = (typeof WATCHED)[number];
type Action = (...args: unknown[]) => unknown;

/** Stands in for the power cut, the full disk or the kill: nothing after it happens. */
export class Cut extends Error {}

export interface Watch extends Disposable {
  /** Calls since the watch began, such as `fsync state.1.json`. */
  readonly calls: readonly string[];
}

/**
 * Watches until it is disposed of. `strike` is asked before each call: an error that it answers is
 * thrown in the place of the call.
 */
export function watchSyscalls(
  strike: (call: string, index: number) => Error | undefined = () => undefined,
): Watch {
  const originals = new Map(WATCHED.map((name) => [name, fs[name] as Action]));
  const names = new Map<unknown, string>();
  const calls: string[] = [];
  for (const [name, original] of originals) {
    replace(name, (...args) => {
      const files = args.flatMap((arg) =>
        typeof arg === 'string' && arg.includes('/') ? basename(arg) : [],
      );
      const file = names.get(args[0]);
      const call = [name.replace('Sync', ''), ...(file === undefined ? files : [file])].join(' ');
      const error = strike(call, calls.length);
      calls.push(call);
      if (error) throw error;
      const result = original(...args);
      if (name === 'openSync') names.set(result, files[0] ?? '');
      return result;
    });
  }
  syncBuiltinESMExports();
  return {
    calls,
    [Symbol.dispose]() {
      for (const [name, original] of originals) replace(name, original);
      syncBuiltinESMExports();
    },
  };
}

const replace = (name: Watched, action: Action): void => void Object.assign(fs, { [name]: action });
