/** Log of one invocation: JSON lines, on stderr or in a file. */
import { appendFileSync } from 'node:fs';
import type { World } from './world.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Log = Readonly<Record<LogLevel, (message: string, fields?: Record<string, unknown>) => void>>;

export interface LogTarget {
  readonly level: LogLevel;
  /** Path of a file that lines are appended to; stderr without one. */
  readonly file?: string | undefined;
}

/**
 * Opens the log. `context` stands in every line. A log file that cannot be written never fails the
 * invocation: its lines go to stderr.
 */
export function openLog(target: LogTarget, context: Record<string, unknown>, world: World): Log {
  const write = (level: LogLevel, message: string, fields: Record<string, unknown> = {}): void => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(target.level)) return;
    const entry = { time: new Date(world.now()).toISOString(), level, message, ...context, ...fields };
    const line = `${JSON.stringify(entry)}\n`;
    try {
      if (target.file === undefined) world.writeStderr(line);
      else appendFileSync(target.file, line, { mode: 0o600 });
    } catch {
      world.writeStderr(line);
    }
  };
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  };
}
