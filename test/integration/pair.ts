/** An active/standby pair: two namespaces that stand for two nodes, `eni-local float` in each, and the AWS around them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Aws, startAws } from '../aws/aws.ts';
import { until } from '../aws/clients/until.ts';
import type { Seed } from '../aws/cloud/seed.ts';
import { INTERFACE, Namespace } from './namespaces.ts';
import { EXECUTABLE } from './node.ts';

/** A line of what `eni-local float` tells. */
export interface FloatEvent {
  readonly time: string;
  readonly event: string;
  readonly address?: string;
  readonly eni?: string;
  readonly from?: string;
  readonly to?: string;
  readonly ms?: number;
  readonly ec2Ms?: number;
  readonly inMs?: number;
  readonly request?: string;
  readonly error?: string;
}

/** A test that fails does not wait for ever. */
const PATIENCE_MS = 60_000;

/** The program, until the test is over. */
export class Float implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly events: FloatEvent[] = [];
  stderr = '';
  readonly #gone: Promise<unknown>;

  /** With nothing in its environment but `env`; `through` is a command that runs it. */
  constructor(
    namespace: Namespace,
    words: readonly string[],
    env: Readonly<Record<string, string>>,
    through: readonly string[] = [],
  ) {
    const [program, ...rest] = namespace.within(...through, EXECUTABLE, 'float', ...words);
    const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    createInterface(child.stdout).on('line', (line) => this.events.push(JSON.parse(line) as FloatEvent));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.child = child;
    this.#gone = once(child, 'close');
  }

  named(event: string, address?: string): readonly FloatEvent[] {
    return this.events.filter((one) => one.event === event && (address ?? one.address) === one.address);
  }

  /** Waits until it has told so many of these. */
  async told(event: string, count = 1, address?: string): Promise<FloatEvent> {
    const end = Date.now() + PATIENCE_MS;
    await until(() => this.named(event, address).length >= count || this.isOver || Date.now() > end);
    const found = this.named(event, address)[count - 1];
    if (found) return found;
    throw new Error(`It never told "${event}": ${JSON.stringify(this.events)}${this.stderr}`);
  }

  get isOver(): boolean {
    return (this.child.exitCode ?? this.child.signalCode) !== null;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return await this.ended();
  }

  /** Its exit status; null when it has to be killed. */
  async ended(): Promise<number | null> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), PATIENCE_MS);
    await this.#gone;
    clearTimeout(timer);
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL');
  }
}

/** One of the two. */
export interface Half {
  readonly namespace: Namespace;
  readonly eni: string;
  readonly env: Readonly<Record<string, string>>;
  /** Starts the program; it is ended with the pair. */
  readonly start: (...words: readonly string[]) => Float;
}

export interface Pair extends AsyncDisposable {
  readonly aws: Aws;
  readonly halves: readonly [Half, Half];
  /** The first of them, where one is enough. */
  readonly half: Half;
}

const SUBNET = 'subnet-00000000000000001';

/** A node for each MAC, in a subnet of both families. */
export const seedOf = (macs: readonly string[], cidr = '10.10.0.0/24'): Seed => ({
  subnets: [{ id: SUBNET, cidr, ipv6Cidr: '2001:db8::/64' }],
  instances: macs.map((_, index) => ({ id: idOf('i', index), type: 'm5.large' })),
  enis: macs.map((mac, index) => ({
    id: idOf('eni', index),
    subnetId: SUBNET,
    mac,
    instanceId: idOf('i', index),
    deviceIndex: 1,
  })),
});

export const idOf = (kind: string, index: number): string => `${kind}-${String(index + 1).padStart(17, '0')}`;

export async function startPair(cidr?: string): Promise<Pair> {
  await using opening = new AsyncDisposableStack();
  const namespaces = [opening.use(new Namespace()), opening.use(new Namespace())] as const;
  const aws = opening.use(
    await startAws({
      seed: seedOf(
        namespaces.map(({ mac }) => mac),
        cidr,
      ),
    }),
  );
  const environments = namespaces.map((_, index) => aws.environment(idOf('i', index)));
  for (const [index, namespace] of namespaces.entries())
    await namespace.reach(Object.values(environments[index] ?? {}));
  const opened = opening.move();
  const halfAt = (index: 0 | 1): Half => {
    const namespace = namespaces[index];
    const env = environments[index] ?? {};
    return {
      namespace,
      eni: idOf('eni', index),
      env,
      start: (...words) => opened.use(new Float(namespace, ['--interface', INTERFACE, ...words], env)),
    };
  };
  const halves = [halfAt(0), halfAt(1)] as const;
  return { aws, halves, half: halves[0], [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
