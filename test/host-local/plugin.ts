/** A plugin as a runtime calls it, host-local or eni-local, with a state directory of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXECUTABLE } from '../integration/node.ts';

/** Where Debian's package containernetworking-plugins puts it. */
export const HOST_LOCAL = process.env['HOST_LOCAL_EXECUTABLE'] ?? '/usr/lib/cni/host-local';

const INSTALL = 'install the package containernetworking-plugins';

/** For tests that compare: where there is no host-local they are skipped, but never in CI. */
export const skip: string | false =
  existsSync(HOST_LOCAL) || process.env['CI'] === 'true' ? false : `there is no ${HOST_LOCAL}: ${INSTALL}`;

export type JsonObject = { readonly [key: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One call of a plugin. What is not said is as usual. */
export interface Call {
  readonly verb: string;
  readonly container: string;
  readonly interface?: string;
  /** CNI_ARGS. */
  readonly args?: string;
  readonly network: JsonObject;
  /** What CHECK gets as prevResult: the result of ADD, another one, or none. */
  readonly previous?: 'other' | 'none';
  /** `lost`: the network namespace is there during the call and gone ever after. */
  readonly sandbox?: 'lost';
  /** Standard input, where it is not the network. */
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number | null;
  /** What was printed; undefined when nothing was. */
  readonly reply: JsonObject | undefined;
}

export class Plugin implements Disposable {
  readonly #executable: string;
  readonly #ipam: JsonObject;
  readonly #home = mkdtempSync(join(tmpdir(), 'eni-local-diff-'));
  readonly dataDir = join(this.#home, 'state');

  private constructor(executable: string, ipam: JsonObject, remedy: string) {
    if (!existsSync(executable)) throw new Error(`There is no ${executable}: ${remedy}`);
    this.#executable = executable;
    this.#ipam = ipam;
    mkdirSync(this.dataDir);
  }

  static hostLocal = (): Plugin => new Plugin(HOST_LOCAL, { type: 'host-local' }, INSTALL);
  static eniLocal = (): Plugin =>
    new Plugin(EXECUTABLE, { type: 'eni-local', eni: { assign: false } }, 'run "npm run build" first');

  async call({ verb, container, args, network, stdin, env, ...call }: Call): Promise<Answer> {
    const child = spawn(this.#executable, {
      env: {
        CNI_COMMAND: verb,
        CNI_CONTAINERID: container,
        CNI_NETNS: `/var/run/netns/${container}`,
        CNI_IFNAME: call.interface ?? 'eth0',
        CNI_PATH: '/opt/cni/bin',
        ...(args === undefined ? {} : { CNI_ARGS: args }),
        ...env,
      },
      // host-local's panics are told on stderr, which is of no interest.
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.stdin.on('error', () => {}).end(stdin ?? JSON.stringify(this.configure(network)));
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, reply: stdout === '' ? undefined : (JSON.parse(stdout) as JsonObject) };
  }

  /** The network with this plugin as its IPAM: all that changes when one moves from host-local. */
  configure(network: JsonObject): JsonObject {
    const { ipam } = network;
    if (!isObject(ipam)) return network;
    return { ...network, ipam: { dataDir: this.dataDir, ...this.#ipam, ...ipam } };
  }

  /** Notes the state as it is. */
  remember(): void {
    rmSync(this.#noted, { recursive: true, force: true });
    cpSync(this.dataDir, this.#noted, { recursive: true });
  }

  /** Makes the state what it was when it was noted. */
  forget(): void {
    rmSync(this.dataDir, { recursive: true });
    cpSync(this.#noted, this.dataDir, { recursive: true });
  }

  get #noted(): string {
    return join(this.#home, 'noted');
  }

  [Symbol.dispose](): void {
    rmSync(this.#home, { recursive: true, force: true });
  }
}
