/** An EC2 and IMDS of one's own, on loopback. */
import { Account } from './account.ts';
import { type Controls, serveAdmin } from './admin/admin.ts';
import { plant } from './cloud/plant.ts';
import type { Seed } from './cloud/seed.ts';
import type { Lag } from './consistency.ts';
import { Ec2Endpoint } from './ec2/endpoint.ts';
import type { JournalEntry } from './ec2/journal.ts';
import type { Fault } from './faults.ts';
import { type Gate, Gates, type Refusing } from './gates.ts';
import { ImdsFleet, type ImdsRequest } from './imds/fleet.ts';
import { type Listener, listen } from './loopback.ts';
import { type AwsOptions, assemble, type Parts } from './parts.ts';

/** Starts an account with one node in it, unless the seed says otherwise. */
export async function startAws(options: AwsOptions = {}): Promise<Aws> {
  const parts = assemble(options);
  const endpoint = new Ec2Endpoint(parts);
  await using opened = new AsyncDisposableStack();
  const ec2 = opened.use(
    await listen(options.ec2Port ?? 0, (request) => parts.background.track(endpoint.answer(request))),
  );
  const fleet = opened.use(new ImdsFleet(parts, options.imdsPort ?? 0));
  await fleet.serve([...parts.cloud.state.instances.keys()]);
  const aws = new Aws(parts, ec2, fleet);
  await aws.openAdmin(options.adminPort ?? 0);
  // All ports are open: from here on it is `close` that lets go of them.
  opened.move();
  return aws;
}

/** The emulator as a test holds it. */
export class Aws extends Account implements Controls, AsyncDisposable {
  readonly #parts: Parts;
  readonly #ec2: Listener;
  readonly #fleet: ImdsFleet;
  readonly #gates: Gates;
  #admin: Listener | undefined;

  /** Use `startAws`. */
  constructor(parts: Parts, ec2: Listener, fleet: ImdsFleet) {
    super(parts);
    this.#parts = parts;
    this.#ec2 = ec2;
    this.#fleet = fleet;
    const listenersOf = ({ target, instanceId }: Gate) =>
      target === 'ec2' ? [ec2] : fleet.listeners(instanceId);
    this.#gates = new Gates(listenersOf, parts.clock, parts.closing);
  }

  get region(): string {
    return this.#parts.region;
  }

  /** Start with the same one to have the same drawn again. */
  get randomSeed(): number {
    return this.#parts.randomSeed;
  }

  get ec2Url(): string {
    return this.#ec2.url;
  }

  get adminUrl(): string {
    if (!this.#admin) throw new Error('The admin port is not open');
    return this.#admin.url;
  }

  imdsUrl(instanceId: string): string {
    return this.#fleet.url(instanceId);
  }

  /** What a client on that instance (the first one, when not given) needs in its environment. */
  environment(instanceId = this.#firstInstance()): Record<string, string> {
    return {
      AWS_ENDPOINT_URL_EC2: this.ec2Url,
      // Older botocores put the path right behind it, so the slash must be there.
      AWS_EC2_METADATA_SERVICE_ENDPOINT: `${this.imdsUrl(instanceId)}/`,
    };
  }

  /** Keys for a client that does not ask IMDS. */
  staticCredentials(): { readonly AWS_ACCESS_KEY_ID: string; readonly AWS_SECRET_ACCESS_KEY: string } {
    const { accessKeyId, secretAccessKey } = this.#parts.keyring.staticKey;
    return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  }

  /** Replaces everything there is, and forgets what has happened. */
  async seed(seed: Seed): Promise<void> {
    const { cloud, region, clock } = this.#parts;
    cloud.replace(plant(seed, region, clock.now()));
    this.clearJournal();
    await this.#fleet.serve([...this.state().instances.keys()]);
  }

  /** Back to the start: the first seed, no faults, no latency, no lag, no limits, nobody else at work. */
  async reset(): Promise<void> {
    const { faults, latency, throttle, consistency, seed } = this.#parts;
    faults.clear();
    latency.clear();
    throttle.start(0);
    consistency.set({});
    this.stopActors();
    for (const target of ['ec2', 'imds'] as const) await this.acceptConnections({ target });
    await this.seed(seed);
  }

  /** Every request to EC2, in the order of arrival. */
  journal(): readonly JournalEntry[] {
    return this.#parts.journal.entries;
  }

  /** How many requests EC2 got: for one action, or in all. */
  calls(action?: string): number {
    return this.journal().filter((entry) => (action ?? entry.action) === entry.action).length;
  }

  /** Every request to any IMDS. */
  imdsRequests(): readonly ImdsRequest[] {
    return this.#fleet.requests;
  }

  /** Forgets requests and mutations. */
  clearJournal(): void {
    this.#parts.journal.clear();
    this.#parts.cloud.clearMutations();
    this.#fleet.clearRequests();
  }

  /** Queues a fault; each request takes the first one that fits it. */
  fault(fault: Fault): void {
    this.#parts.faults.add(fault);
  }

  /** How long EC2 takes before it does what it is asked: for one action, or for those without an own time. */
  latency(ms: number, action?: string): void {
    this.#parts.latency.set(ms, action);
  }

  /** How far Describe* and IMDS are behind the truth, on which everything else works. */
  lag(lag: Lag): void {
    this.#parts.consistency.set(lag);
  }

  /** Switches AWS's token buckets on, refilled so many times faster than real ones; 0 switches them off. */
  throttle(clockScale: number): void {
    this.#parts.throttle.start(clockScale);
  }

  /** An endpoint refuses connections: for so long, or until it is told to accept them again. */
  refuseConnections(refusing: Refusing): Promise<void> {
    return this.#gates.refuse(refusing);
  }

  acceptConnections(gate: Gate): Promise<void> {
    return this.#gates.accept(gate);
  }

  /** Makes the IMDS session tokens of one instance, or of all, worthless. */
  revokeTokens(instanceId?: string): void {
    this.#fleet.revokeTokens(instanceId);
  }

  /** Resolves when no request to EC2 is being worked on, and nothing will be applied late. */
  idle(): Promise<void> {
    return this.#parts.background.idle();
  }

  async openAdmin(port: number): Promise<void> {
    this.#admin = await serveAdmin(port, this);
  }

  async close(): Promise<void> {
    this.#parts.closing.abort();
    for (const listener of [this.#ec2, this.#fleet, this.#admin]) await listener?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #firstInstance(): string {
    const [id] = this.state().instances.keys();
    if (id === undefined) throw new Error('There is no instance');
    return id;
  }
}
