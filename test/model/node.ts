/** The real thing in the model's hands: the verbs of src/ on a state directory, against the emulator. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNetwork } from '../../src/cni/network.ts';
import type { Request } from '../../src/cni/request.ts';
import { add } from '../../src/commands/add.ts';
import { check } from '../../src/commands/check.ts';
import { del } from '../../src/commands/del.ts';
import type { OpenCloud } from '../../src/eni/cloud.ts';
import { type Reconciled, reconcile } from '../../src/eni/reconcile.ts';
import { openEc2Survey } from '../../src/eni/survey.ts';
import { Failure } from '../../src/errors.ts';
import type { Attachment, State } from '../../src/model.ts';
import { formatAddress } from '../../src/net/address.ts';
import { openRun } from '../../src/run.ts';
import { openDisk } from '../../src/store/disk.ts';
import { type Document, EMPTY, parseDocument } from '../../src/store/document.ts';
import { type Aws, startAws } from '../aws/aws.ts';
import { defaultSeed } from '../aws/cloud/seed.ts';
import { Random } from '../aws/random.ts';
import { Lateness, lateCloud } from './late-cloud.ts';
import { Killed, MortalWorld } from './mortal-world.ts';
import { isOf, NETWORKS, type NetworkName } from './networks.ts';
import { Time } from './time.ts';

export const ENI = 'eni-00000000000000002';
export const OTHER_ENI = 'eni-00000000000000001';
const TIMEOUT_MS = 30_000;
/** At the deadline, what is under way may come to its end. */
const SLACK_MS = 1000;
/** Every host has this interface, and its MAC is known. */
const MASTER = { master: 'lo', mac: '00:00:00:00:00:00' };

export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'killed' };

/** What a call may have that differs from the usual. */
export interface Call {
  readonly args?: string;
  /** Killed after so many steps outside of itself. */
  readonly steps?: number | undefined;
  /** Addresses that the runtime believes in, for CHECK. */
  readonly believed?: readonly string[];
}

export class Node implements AsyncDisposable {
  readonly aws: Aws;
  /** Ahead of the machine's clock, so that no lock looks as if it came from the future. */
  readonly time = new Time(Date.now() + 24 * 3600_000);
  readonly lateness = new Lateness();
  readonly #random: Random;
  readonly #base = mkdtempSync(join(tmpdir(), 'eni-local-model-'));
  readonly #disk = openDisk(join(this.#base, 'state'));
  #boot = 1;
  #latest: Document = EMPTY;
  /** Every state that was committed since somebody last took them away, the one before them first. */
  #commits: State[] = [EMPTY.state];

  private constructor(aws: Aws, seed: number) {
    this.aws = aws;
    this.#random = new Random(seed);
    mkdirSync(join(this.#base, 'netns'));
  }

  static async start(seed: number): Promise<Node> {
    const aws = await startAws({ seed: defaultSeed({ secondary: MASTER.mac }), randomSeed: seed });
    Object.assign(process.env, aws.environment(), aws.staticCredentials());
    return new Node(aws, seed);
  }

  /** Whether the ENI has the address, be it by a prefix. */
  holds(eni: string, address: string): boolean {
    return (
      this.aws.addresses(eni).includes(address) ||
      this.aws.prefixes(eni).some((prefix) => prefix === address || isOf(prefix, address))
    );
  }

  state(): State {
    this.#observe();
    return this.#latest.state;
  }

  takeCommits(): readonly State[] {
    const commits = this.#commits;
    this.#commits = [this.#latest.state];
    return commits;
  }

  add(attachment: Attachment, call: Call = {}): Promise<Outcome<readonly string[]>> {
    // The runtime makes the container's network namespace before it asks for an address.
    writeFileSync(this.#sandboxOf(attachment.container), '');
    return this.#run(call, async (openCloud, world) => {
      const { ips } = await add(
        this.#request(attachment, call),
        { openCloud, openSurvey: openEc2Survey },
        world,
      );
      return ips.map(({ address }) => formatAddress(address.address));
    });
  }

  del(attachment: Attachment, call: Call = {}): Promise<Outcome<void>> {
    return this.#run(call, (openCloud, world) => del(this.#request(attachment, call), openCloud, world));
  }

  check(attachment: Attachment, call: Call = {}): Promise<Outcome<void>> {
    return this.#run(call, (openCloud, world) => check(this.#request(attachment, call), openCloud, world));
  }

  reconcile(): Promise<Outcome<readonly Reconciled[]>> {
    return this.#run({}, (openCloud, world) => {
      const settings = {
        dataDir: this.#disk.directory,
        timeoutMs: TIMEOUT_MS,
        onReleaseFailure: 'error',
        log: { level: 'warn' },
      } as const;
      return reconcile({ dryRun: false, orphans: false }, openCloud, openRun(settings, {}, world));
    });
  }

  /** Id of the boot that there is now. */
  get boot(): string {
    return `boot-${this.#boot}`;
  }

  removeSandbox(container: string): void {
    rmSync(this.#sandboxOf(container), { force: true });
  }

  hasSandbox(container: string): boolean {
    return existsSync(this.#sandboxOf(container));
  }

  /** No sandbox lives through it. */
  reboot(): void {
    this.#boot += 1;
    for (const container of readdirSync(join(this.#base, 'netns'))) this.removeSandbox(container);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.aws.close();
    rmSync(this.#base, { recursive: true, force: true });
  }

  #sandboxOf(container: string): string {
    return join(this.#base, 'netns', container);
  }

  #request(attachment: Attachment, { args = '', believed = [] }: Call): Request {
    const network = readNetwork({
      cniVersion: '1.0.0',
      name: attachment.network,
      master: MASTER.master,
      prevResult: { cniVersion: '1.0.0', ips: believed.map((address) => ({ address: `${address}/24` })) },
      ipam: { dataDir: this.#disk.directory, ...NETWORKS[attachment.network as NetworkName].ipam },
    });
    return { network, attachment, netns: this.#sandboxOf(attachment.container), args };
  }

  async #run<T>(
    { steps }: Call,
    verb: (openCloud: OpenCloud, world: MortalWorld) => Promise<T>,
  ): Promise<Outcome<T>> {
    const { time, lateness, boot } = this;
    const observe = (): void => this.#observe();
    const env = this.aws.environment();
    const world = new MortalWorld({ time, random: this.#random, env, boot, observe }, steps);
    const outcome = await toOutcome(verb(lateCloud(world, time, lateness), world), world);
    this.#observe();
    assert.ok(world.age <= TIMEOUT_MS + SLACK_MS, `the invocation took ${world.age} ms`);
    return outcome;
  }

  /** Notes a version of the state that has not been seen yet. */
  #observe(): void {
    const versions = this.#disk.list().map((name) => Number(/^state\.(\d+)\.json$/.exec(name)?.[1] ?? 0));
    const version = Math.max(0, ...versions);
    if (version === this.#latest.version) return;
    const reading = parseDocument(this.#disk.read(`state.${version}.json`) ?? Buffer.of(), version);
    if (reading.kind !== 'document') throw new Error(`version ${version} of the state is ${reading.kind}`);
    if (version !== this.#latest.version + 1) throw new Error(`version ${version} came unseen`);
    this.#latest = reading.document;
    this.#commits.push(reading.document.state);
  }
}

/** Only a failure that is meant to be one is an outcome: anything else is a bug, and thrown on. */
async function toOutcome<T>(call: Promise<T>, world: MortalWorld): Promise<Outcome<T>> {
  try {
    const value = await call;
    return world.isDead ? { kind: 'killed' } : { kind: 'done', value };
  } catch (error) {
    if (error instanceof Killed || world.isDead) return { kind: 'killed' };
    if (error instanceof Failure) return { kind: 'failed', failure: error };
    throw error;
  }
}
