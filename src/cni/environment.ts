/** The environment contract of CNI (spec section 2, "Parameters"), as a table. */
import { Failure } from '../errors.ts';

export const COMMANDS = ['ADD', 'DEL', 'CHECK', 'GC', 'STATUS', 'VERSION'] as const;
export type Command = (typeof COMMANDS)[number];

interface Variable {
  readonly requiredBy: readonly Command[];
  /** What is wrong with a value that is present. */
  readonly fault?: (value: string) => string | undefined;
}

/** Unicode's white space, which is \s but for two; to ask for it by its name loads ICU's tables in every process. */
const UNFIT = /[/:\u0085]|[^\S\uFEFF]/;

/** Required as the reference library requires them; the grammars are its, too. */
const VARIABLES = {
  CNI_CONTAINERID: {
    requiredBy: ['ADD', 'DEL', 'CHECK'],
    fault: (value) =>
      /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(value)
        ? undefined
        : 'must be letters, digits, "_", "." and "-", and start with a letter or digit',
  },
  CNI_NETNS: { requiredBy: ['ADD', 'CHECK'] },
  CNI_IFNAME: {
    requiredBy: ['ADD', 'DEL', 'CHECK'],
    fault: (value) => {
      if (Buffer.byteLength(value) > 15) return 'must have at most 15 bytes';
      if (value === '.' || value === '..') return 'must not be "." or ".."';
      return UNFIT.test(value) ? 'must not contain "/", ":" or white space' : undefined;
    },
  },
  CNI_ARGS: { requiredBy: [] },
  CNI_PATH: { requiredBy: ['ADD', 'DEL', 'CHECK', 'GC', 'STATUS'] },
} satisfies Record<string, Variable>;

export interface Invocation {
  readonly command: Command;
  readonly container: string;
  readonly netns: string;
  readonly interface: string;
  readonly args: string;
}

/**
 * Reads and validates the CNI_* variables.
 * @throws Failure `environment`, naming every variable at fault.
 */
export function readInvocation(env: Readonly<Record<string, string | undefined>>): Invocation {
  const command = COMMANDS.find((known) => known === env['CNI_COMMAND']);
  if (!command) {
    throw new Failure('environment', `unknown CNI_COMMAND: ${env['CNI_COMMAND'] ?? ''}`);
  }
  const variables: [string, Variable][] = Object.entries(VARIABLES);
  const missing = variables.filter(([name, { requiredBy }]) => requiredBy.includes(command) && !env[name]);
  if (missing.length > 0) {
    const names = missing.map(([name]) => name).join(',');
    throw new Failure('environment', `required env variables [${names}] missing`);
  }
  for (const [name, { requiredBy, fault }] of variables) {
    const value = env[name] ?? '';
    const reason = requiredBy.includes(command) && value !== '' ? fault?.(value) : undefined;
    if (reason)
      throw new Failure('environment', `cannot use ${name} as it ${reason}: current value is "${value}"`);
  }
  return {
    command,
    container: env['CNI_CONTAINERID'] ?? '',
    netns: env['CNI_NETNS'] ?? '',
    interface: env['CNI_IFNAME'] ?? '',
    args: env['CNI_ARGS'] ?? '',
  };
}
