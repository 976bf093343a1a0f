/** Plays calls on host-local and eni-local side by side, and tells where they part without a listed reason. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Answer, type Call, type JsonObject, Plugin } from './plugin.ts';

/** What a difference may look at beside the call. */
export interface Scene {
  /** The result that the attachment holds, if any. */
  readonly given: JsonObject | undefined;
  /** An attachment whose sandbox was lost: its result, and the CNI_ARGS that told its pod. */
  readonly lost: { readonly result: JsonObject; readonly args: string | undefined } | undefined;
  /** What a host-local that has given out nothing yet answers to the same call. */
  readonly askFresh: () => Promise<Answer>;
}

/** A difference that is meant, and what makes host-local comparable all the same. */
export interface Difference {
  readonly title: string;
  readonly reason: string;
  /** Calls that come out differently: they keep the list honest. */
  readonly example: readonly Call[];
  /** What host-local is asked in the call's place. */
  readonly ask?: (call: Call) => Call;
  /** host-local's answer as eni-local's is meant to be. */
  readonly expect?: (theirs: Answer, call: Call, scene: Scene) => Answer | Promise<Answer>;
  /** Whether what the call did to host-local's state is undone. */
  readonly undoes?: (theirs: Answer, call: Call, scene: Scene) => boolean;
}

export interface Parting {
  /** Which of the calls. */
  readonly index: number;
  readonly call: Call;
  readonly expected: Answer;
  readonly theirs: Answer;
  readonly ours: Answer;
}

/** Plays the calls in their order, up to the first that comes out differently. */
export async function findParting(
  calls: readonly Call[],
  differences: readonly Difference[],
): Promise<Parting | undefined> {
  using hostLocal = Plugin.hostLocal();
  using eniLocal = Plugin.eniLocal();
  using netns = Folder.make();
  const results = new Map<string, JsonObject>();
  let lost: Scene['lost'];
  for (const [index, written] of calls.entries()) {
    const key = [written.network['name'], written.container, written.interface ?? 'eth0'].join(' ');
    const given = results.get(key);
    const call = netns.enter(withPrevious(written, given));
    const asked = differences.reduce((seen, { ask }) => ask?.(seen) ?? seen, call);
    const scene: Scene = {
      given,
      lost,
      askFresh: async () => {
        using fresh = Plugin.hostLocal();
        return await fresh.call(asked);
      },
    };
    hostLocal.remember();
    const [theirs, ours] = await Promise.all([hostLocal.call(asked), eniLocal.call(call)]);
    netns.leave(call);
    let expected = theirs;
    for (const { expect } of differences) expected = (await expect?.(expected, call, scene)) ?? expected;
    if (!isDeepStrictEqual(essence(expected), essence(ours))) return { index, call, expected, theirs, ours };

    if (differences.some(({ undoes }) => undoes?.(theirs, call, scene))) hostLocal.forget();
    if (call.verb === 'ADD' && ours.status === 0 && ours.reply) results.set(key, ours.reply);
    if (call.sandbox === 'lost' && ours.reply) lost = { result: ours.reply, args: call.args };
    if (call.verb === 'DEL' && ours.status === 0) results.delete(key);
  }
  return undefined;
}

/** Fails with the calls and both answers at the first that comes out differently. */
export async function assertAlike(calls: readonly Call[], differences: readonly Difference[]): Promise<void> {
  const parting = await findParting(calls, differences);
  if (!parting) return;
  const { index, call, theirs, expected, ours } = parting;
  const story = calls.slice(0, index).map(({ verb, container, ...rest }) => {
    return `${verb} ${container} ${rest.interface ?? 'eth0'} ${rest.args ?? ''}`;
  });
  const text = (value: unknown): string => JSON.stringify(value);
  throw new Error(
    [
      `call ${index} comes out differently: ${text(call)}`,
      `host-local answers ${text(theirs)}`,
      `expected is        ${text(expected)}`,
      `eni-local answers  ${text(ours)}`,
      ...(story.length > 0 ? ['before:', ...story] : []),
    ].join('\n'),
  );
}

/** Where the network namespaces are that get lost. */
class Folder implements Disposable {
  readonly #path = mkdtempSync(join(tmpdir(), 'eni-local-netns-'));

  static make = (): Folder => new Folder();

  enter(call: Call): Call {
    if (call.sandbox !== 'lost') return call;
    const path = join(this.#path, call.container);
    writeFileSync(path, '');
    return { ...call, env: { ...call.env, CNI_NETNS: path } };
  }

  leave({ sandbox, container }: Call): void {
    if (sandbox === 'lost') rmSync(join(this.#path, container));
  }

  [Symbol.dispose](): void {
    rmSync(this.#path, { recursive: true });
  }
}

/** What has to be equal: a result as a whole; of an error the code, and whether it tells its version. */
function essence({ status, reply }: Answer): unknown {
  if (status === 0) return { status, reply };
  return { status, code: reply?.['code'], hasVersion: typeof reply?.['cniVersion'] === 'string' };
}

/** A runtime hands the result of ADD back to CHECK. */
function withPrevious(call: Call, given: JsonObject | undefined): Call {
  if (call.verb !== 'CHECK' || call.previous === 'none') return call;
  const other = { cniVersion: call.network['cniVersion'], ips: [{ address: '192.0.2.9/24' }] };
  const prevResult = call.previous === 'other' ? other : (given ?? other);
  return { ...call, network: { ...call.network, prevResult } };
}
