/** Two namespaces that hand an address to each other, with `eni-local float` in both. */
import { Namespace } from '../../../test/integration/namespaces.ts';
import { Float, idOf, seedOf } from '../../../test/integration/pair.ts';
import { Emulator } from '../emulator.ts';
import { undoAtTheLatestAtExit } from '../leftovers.ts';
import type { Tell } from '../report.ts';

export interface FloatPlan {
  readonly turns: number;
  /** How long EC2 takes for a call. */
  readonly latencyMs: number;
}

/** One take-over. */
export interface Turn {
  /** From the command that gives the interface the address, its start included, until it is told that the ENI has it. */
  readonly wallMs: number;
  /** Of that, since the kernel's notice. */
  readonly noticedMs: number;
  /** Of that, EC2's calls. */
  readonly ec2Ms: number;
}

export interface FloatFigures extends FloatPlan {
  readonly rows: readonly { readonly family: string; readonly turns: readonly Turn[] }[];
}

const ADDRESSES = { IPv4: '10.10.0.99', IPv6: '2001:db8::99' };

export async function measureFloat({ turns, latencyMs }: FloatPlan, tell: Tell): Promise<FloatFigures> {
  using undo = new DisposableStack();
  const namespaces = [0, 1].map(() => {
    const namespace = new Namespace();
    undo.defer(undoAtTheLatestAtExit(() => namespace[Symbol.dispose]()));
    return namespace;
  });
  await using emulator = await Emulator.start(seedOf(namespaces.map(({ mac }) => mac)));
  await emulator.answersIn(latencyMs);
  const sides = [];
  for (const [index, namespace] of namespaces.entries()) {
    const env = emulator.environments[idOf('i', index)] ?? {};
    await namespace.reach(Object.values(env));
    const addresses = Object.values(ADDRESSES).flatMap((address) => ['--address', address]);
    const program = new Float(namespace, ['--interface', 'net1', ...addresses], env);
    undo.defer(undoAtTheLatestAtExit(() => void program.child.kill('SIGKILL')));
    await program.told('watching');
    sides.push({ namespace, program });
  }
  const rows = [];
  for (const [family, address] of Object.entries(ADDRESSES)) {
    tell(`handing an address of ${family} over ${turns} times`);
    rows.push({ family, turns: await handOver(address, turns, sides) });
  }
  return { turns, latencyMs, rows };
}

interface Side {
  readonly namespace: Namespace;
  readonly program: Float;
}

/** The first time, which nobody had it before, does not count. */
async function handOver(address: string, turns: number, sides: readonly Side[]): Promise<readonly Turn[]> {
  const measured: Turn[] = [];
  for (let turn = 0; turn <= turns; turn++) {
    const [to, from] = turn % 2 === 0 ? sides : sides.toReversed();
    if (!to || !from) throw new Error('It takes two');
    if (turn > 0) from.namespace.remove(address);
    const start = performance.now();
    to.namespace.add(address);
    const { ms, ec2Ms } = await to.program.told('taken', Math.floor(turn / 2) + 1, address);
    const wallMs = performance.now() - start;
    if (ms === undefined || ec2Ms === undefined) throw new Error('It told no times');
    if (turn > 0) measured.push({ wallMs, noticedMs: ms, ec2Ms });
  }
  return measured;
}
