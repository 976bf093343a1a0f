/** `npm run bench`: measurements that anyone can repeat, as ratios within one run. */
import { parseArgs } from 'node:util';
import { BENCHES, type Bench } from './benches.ts';
import { pictures, writeResults } from './document.ts';
import { exitOnSignals } from './leftovers.ts';
import { describeMachine, sentenceOf } from './machine.ts';
import { repositoryFile } from './programs.ts';
import { isKept, type Report } from './report.ts';

const USAGE = `Usage: npm run bench -- [BENCH...] [options]

Measures dist/eni-local, or what ENI_LOCAL_EXECUTABLE names, and writes tables and plots into docs/.
Needs root, for a pair of interfaces of its own, and Debian's containernetworking-plugins.

  BENCH     ${Object.keys(BENCHES).join(', ')} (all of them)
  --quick   shows in seconds that the benches work; writes nothing
  --json    prints the raw figures instead of tables
  --help    this text

Exit status: 0, 1 when a bar was missed, 2 for wrong use.
`;

// It triples the start of every Node here, and no kubelet sets it.
delete process.env['NODE_EXTRA_CA_CERTS'];

exitOnSignals();

const words = readWords();
if (!words) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else if (words.help) process.stdout.write(USAGE);
else await measure(words);

interface Words {
  readonly names: readonly string[];
  readonly quick?: boolean;
  readonly json?: boolean;
  readonly help?: boolean;
}

/** Undefined for wrong use. */
function readWords(): Words | undefined {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
    });
    const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
    return names.every((name) => Object.hasOwn(BENCHES, name)) ? { names, ...values } : undefined;
  } catch {
    return undefined;
  }
}

async function measure({ names, quick, json }: Words): Promise<void> {
  const machine = describeMachine();
  const reports: Record<string, Report> = {};
  for (const name of names) {
    const bench = BENCHES[name];
    if (!bench) continue;
    const report = await bench.run(quick ? 'quick' : 'full', (progress) =>
      console.error(`${name}: ${progress}`),
    );
    reports[name] = report;
    if (!json) console.log(`\n## ${bench.title}\n\n${report.text}`);
    if (!quick) writeResults(repositoryFile('docs'), name, blockOf(bench, report), report.plots);
  }

  const bars = Object.values(reports).flatMap((report) => report.bars);
  if (json) {
    const figures = Object.entries(reports).map(([name, one]) => [name, { ...one.figures, bars: one.bars }]);
    console.log(JSON.stringify({ machine, benches: Object.fromEntries(figures) }, undefined, 2));
  } else console.log(`\n${sentenceOf(machine)}`);
  // A quick run is too short to judge by.
  if (!quick && !bars.every(isKept)) process.exitCode = 1;

  function blockOf({ title }: Bench, { text, plots }: Report): string {
    return [pictures(title, plots), text, sentenceOf(machine)].join('\n\n');
  }
}
