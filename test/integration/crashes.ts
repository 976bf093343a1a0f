/** The death of one verb at each of its steps, and what runtimes do after it. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { type Frozen, freeze } from './frozen.ts';
import { type Host, type HostOptions, startHost } from './host.ts';
import type { HostInterface } from './host-interfaces.ts';
import { type Expectation, findProblems, findRemains, type Holding, tellHistory } from './invariants.ts';
import { killAt } from './kill.ts';
import { inParallel } from './parallel.ts';
import { reconcile } from './reconcile.ts';
import { type Invocation, type Step, trace } from './strace.ts';

/** Points that are played at a time: most of the time a killed process's lock is waited for. */
const AT_A_TIME = 8;
/** A killed lock holder costs others three seconds; the rest is for machines that are slow and busy. */
const LONGEST_CALL_MS = 15_000;

export interface Scene {
  readonly command: 'ADD' | 'DEL';
  readonly options: HostOptions;
  readonly interfaces: readonly [HostInterface, HostInterface];
  /** The ENI that addresses are assigned to, if they are. */
  readonly eni: string | undefined;
  readonly foreign: Expectation['foreign'];
  /** Empty prefixes are given back by the next pod that goes, or by reconcile. */
  readonly isInPrefixes: boolean;
  /** What the pod has in CNI_ARGS that lives through all of it. */
  readonly residentArgs?: string;
  /** Makes a file that stands for a container's network namespace. */
  readonly makeNetns: (name: string) => string;
}

/** The plays of one verb that dies, in a world with one more pod, which lives through all of it. */
export class Crashes {
  readonly #scene: Scene;
  readonly #netns: Readonly<Record<'resident' | 'victim' | 'other', string>>;
  #resident = '';
  readonly #waits: number[] = [];
  #unrepaired = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
    const { makeNetns } = scene;
    this.#netns = {
      resident: makeNetns('resident'),
      victim: makeNetns('victim'),
      other: makeNetns('other'),
    };
  }

  /** Plays all of it, and tells in one line what was played. */
  async play(): Promise<string> {
    using frozen = new DisposableStack();
    using start = await this.#prepare();
    const steps = await this.#findSteps(start);
    const crashed: { readonly step: Step; readonly state: Frozen }[] = [];
    await inParallel(steps, AT_A_TIME, async (step) => {
      const state = frozen.use(await this.#crash(start, step));
      crashed.push({ step, state });
      const sequels = [
        ['DEL', (host: Host) => this.#deleted(host)],
        ['the same ADD', (host: Host) => this.#added(host)],
      ] as const;
      await inParallel(sequels, sequels.length, ([name, play]) => this.#onThawed(step, name, state, play));
    });
    rmSync(this.#netns.victim);
    await inParallel(crashed, AT_A_TIME, async ({ step, state }) => {
      await this.#onThawed(step, 'no DEL', state, (host) => this.#abandoned(host));
    });
    this.#waits.sort((a, b) => a - b);
    const [shortest = 0, longest = 0] = [this.#waits[0], this.#waits.at(-1)];
    return (
      `${crashed.length} points hit, ${crashed.length * 3} sequels; the first call after a kill took ` +
      `${shortest} to ${longest} ms; ${this.#unrepaired} repairs were left to eni-local reconcile`
    );
  }

  /** What there is before the verb that dies. */
  async #prepare(): Promise<Frozen> {
    await using host = await startHost(this.#scene.interfaces, this.#scene.options);
    const { residentArgs: args } = this.#scene;
    const call = { netns: this.#netns.resident, ...(args === undefined ? {} : { args }) };
    [this.#resident = ''] = await host.node.add('resident', call);
    if (this.#scene.command === 'DEL') await host.node.add('victim', { netns: this.#netns.victim });
    return await freeze(host, this.#scene.interfaces, this.#scene.options);
  }

  get #invocation(): Invocation {
    return { command: this.#scene.command, container: 'victim', netns: this.#netns.victim };
  }

  async #findSteps(start: Frozen): Promise<readonly Step[]> {
    await using host = await start.thaw();
    const { status, stdout, steps } = await trace(host.node, this.#invocation);
    assert.equal(status, 0, stdout);
    return steps;
  }

  async #crash(start: Frozen, step: Step): Promise<Frozen> {
    await using host = await killAt(step, this.#invocation, () => start.thaw());
    this.#check(host, []);
    return await freeze(host, this.#scene.interfaces, this.#scene.options);
  }

  async #onThawed(
    step: Step,
    sequel: string,
    state: Frozen,
    play: (host: Host) => Promise<void>,
  ): Promise<void> {
    await using host = await state.thaw();
    try {
      await play(host);
    } catch (error) {
      const history = tellHistory(host);
      throw new Error(`killed at "${step.id}", then ${sequel}: ${String(error)}\n${history}`, {
        cause: error,
      });
    }
  }

  /** The runtime calls DEL. */
  async #deleted(host: Host): Promise<void> {
    await this.#timed(() => host.node.del('victim', { netns: this.#netns.victim }));
    await this.#reconcilePrefixes(host);
    this.#checkWhole(host, []);
  }

  /** The runtime calls ADD again. */
  async #added(host: Host): Promise<void> {
    const call = { netns: this.#netns.victim };
    const [address = ''] = await this.#timed(() => host.node.add('victim', call));
    this.#checkWhole(host, [this.#holding(host, 'victim', address)]);
    await host.node.del('victim', call);
    this.#checkWhole(host, []);
  }

  /** Only prefixes may be left, and these on record. */
  async #reconcilePrefixes(host: Host): Promise<void> {
    this.#check(host, []);
    const remains = findRemains(host, this.#expectation(host, []));
    if (!this.#scene.isInPrefixes || !remains.every((one) => one.includes('/28 on '))) return;
    if (remains.length > 0) this.#unrepaired += 1;
    await reconcile(host);
  }

  /** Nothing is ever heard of the container again; another pod comes and goes. */
  async #abandoned(host: Host): Promise<void> {
    const call = { netns: this.#netns.other };
    const [address = ''] = await host.node.add('other', call);
    this.#check(host, [this.#holding(host, 'other', address)]);
    await host.node.del('other', call);
    this.#check(host, []);
    if (findRemains(host, this.#expectation(host, [])).length > 0) this.#unrepaired += 1;
    await reconcile(host);
    this.#checkWhole(host, []);
  }

  async #timed<Result>(call: () => Promise<Result>): Promise<Result> {
    const start = performance.now();
    const result = await call();
    const wait = Math.round(performance.now() - start);
    assert.ok(wait < LONGEST_CALL_MS, `it took ${wait} ms`);
    this.#waits.push(wait);
    return result;
  }

  #holding({ node }: Host, container: string, address: string): Holding {
    const { eni } = this.#scene;
    return { network: String(node.network['name']), container, address, ...(eni ? { eni } : {}) };
  }

  #expectation(host: Host, live: readonly Holding[]): Expectation {
    return {
      live: [this.#holding(host, 'resident', this.#resident), ...live],
      foreign: this.#scene.foreign,
    };
  }

  #check(host: Host, live: readonly Holding[]): void {
    assert.deepEqual(findProblems(host, this.#expectation(host, live)), []);
  }

  /** All is well, and there is nothing but what should be. */
  #checkWhole(host: Host, live: readonly Holding[]): void {
    this.#check(host, live);
    assert.deepEqual(findRemains(host, this.#expectation(host, live)), []);
  }
}
