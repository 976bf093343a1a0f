/** A Kubernetes node as a container runtime sees it: the built executable, a state directory, an ENI. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { latestDocument } from '../state-document.ts';

/** Another build may be held to the same tests. */
export const EXECUTABLE = resolve(
  process.env['ENI_LOCAL_EXECUTABLE'] ?? fileURLToPath(new URL('../../dist/eni-local', import.meta.url)),
);

export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CniReply {
  readonly cniVersion?: string;
  readonly ips?: readonly {
    readonly address: string;
    readonly gateway?: string;
    readonly version?: string;
  }[];
  readonly routes?: readonly Record<string, unknown>[];
  readonly dns?: Record<string, unknown>;
  readonly code?: number;
  readonly msg?: string;
  readonly details?: string;
}

/** What a call may have that differs from the usual. */
export interface Call {
  readonly interface?: string;
  readonly netns?: string;
  readonly args?: string;
  readonly network?: Record<string, unknown>;
  readonly stdin?: string;
  readonly env?: Record<string, string | undefined>;
}

/** A reservation as the state document has it. */
export interface StoredReservation {
  readonly network: string;
  readonly container: string;
  readonly interface: string;
  readonly address: string;
  readonly state: string;
}

export interface StoredDocument {
  readonly reservations: readonly StoredReservation[];
  readonly delegations: readonly { readonly address: string; readonly eni: { readonly id: string } }[];
  readonly marks: readonly unknown[];
  readonly enis: Readonly<Record<string, { readonly id: string; readonly boot: string }>>;
}

/** Runs the executable with nothing in its environment but `env`, and resolves when it is gone. */
export function execute(
  env: Record<string, string | undefined>,
  stdin: string,
  words: readonly string[] = [],
) {
  if (!existsSync(EXECUTABLE)) throw new Error(`There is no ${EXECUTABLE}: run "npm run build" first`);
  const child = spawn(EXECUTABLE, words, { env: { PATH: process.env['PATH'], ...env } });
  const gone = new Promise<Outcome>((done, fail) => {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    // A process that dies before it has read its input is a case like any other.
    child.stdin.on('error', () => {}).end(stdin);
    child.on('error', fail).on('close', (status, signal) => done({ status, signal, stdout, stderr }));
  });
  return { child, gone };
}

export class Node implements Disposable {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'eni-local-node-'));
  /** The network configuration that calls use, but for what they change. */
  readonly network: Record<string, unknown>;
  readonly env: Record<string, string>;

  /** `ipam` and `env` are added to what every call has. */
  constructor(
    network: Record<string, unknown> & { ipam: Record<string, unknown> },
    env: Record<string, string> = {},
  ) {
    this.network = {
      cniVersion: '1.0.0',
      name: 'pods',
      type: 'ipvlan',
      ...network,
      ipam: { type: 'eni-local', dataDir: this.dataDir, ...network.ipam },
    };
    this.env = env;
  }

  /** Starts a call; `child` may be killed. */
  start(command: string, container: string, call: Call = {}) {
    const env = {
      CNI_COMMAND: command,
      CNI_CONTAINERID: container,
      CNI_NETNS: call.netns ?? `/var/run/netns/${container}`,
      CNI_IFNAME: call.interface ?? 'net1',
      CNI_PATH: '/opt/cni/bin',
      ...(call.args === undefined ? {} : { CNI_ARGS: call.args }),
      ...this.env,
      ...call.env,
    };
    return execute(env, call.stdin ?? JSON.stringify({ ...this.network, ...call.network }));
  }

  async call(
    command: string,
    container: string,
    call: Call = {},
  ): Promise<Outcome & { readonly reply: CniReply }> {
    const outcome = await this.start(command, container, call).gone;
    return { ...outcome, reply: outcome.stdout === '' ? {} : (JSON.parse(outcome.stdout) as CniReply) };
  }

  /** ADD that must succeed; answers the addresses without their prefix lengths. */
  async add(container: string, call: Call = {}): Promise<string[]> {
    const { status, stdout, stderr, reply } = await this.call('ADD', container, call);
    if (status !== 0) throw new Error(`ADD of ${container} failed: ${stdout}${stderr}`);
    return (reply.ips ?? []).map(({ address }) => address.replace(/\/.*/, ''));
  }

  /** DEL that must succeed. */
  async del(container: string, call: Call = {}): Promise<void> {
    const { status, stdout, stderr } = await this.call('DEL', container, call);
    if (status !== 0) throw new Error(`DEL of ${container} failed: ${stdout}${stderr}`);
    if (stdout !== '') throw new Error(`DEL of ${container} printed ${stdout}`);
  }

  /** What the state document has on file. */
  reservations(): readonly StoredReservation[] {
    return this.document().reservations;
  }

  document(): StoredDocument {
    const document: unknown = latestDocument(this.dataDir) ?? {
      reservations: [],
      delegations: [],
      marks: [],
      enis: {},
    };
    return document as StoredDocument;
  }

  [Symbol.dispose](): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
