/** The executable under strace: which system calls it makes that others can see. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { EXECUTABLE, type Node, type Outcome } from './node.ts';

/** A call that others can see: it changes the state directory, talks to AWS, or answers the runtime. */
export interface Step {
  /** Such as `link state.3.json`; the n-th of its kind ends in `#n`. */
  readonly id: string;
  readonly call: string;
  /** The file, where its name is the same in every run: strace then counts calls on this path alone. */
  readonly path: string | undefined;
  /** Its number among the calls of that name in its thread, or among those on its path. */
  readonly number: number;
}

export interface Traced extends Outcome {
  readonly steps: readonly Step[];
}

/** One verb of one container, as the runtime calls it. */
export interface Invocation {
  readonly command: string;
  readonly container: string;
  readonly netns: string;
}

/** Why strace cannot be used here; undefined when it can. */
export function whyNoStrace(): string | undefined {
  const { error, status, stderr } = spawnSync('strace', ['-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (error) return `strace cannot be run: ${error.message}`;
  return status === 0 ? undefined : `strace cannot trace here: ${stderr.trim()}`;
}

/** Runs to the end, and tells every step. */
export async function trace(node: Node, invocation: Invocation): Promise<Traced> {
  return await runTraced(node, invocation, ['-e', `trace=${ALL}`]);
}

/** Runs under strace with these options of its own. */
export async function runTraced(
  node: Node,
  { command, container, netns }: Invocation,
  options: readonly string[],
): Promise<Traced> {
  const folder = mkdtempSync(join(tmpdir(), 'eni-local-strace-'));
  const log = join(folder, 'log');
  const env = {
    PATH: process.env['PATH'],
    CNI_COMMAND: command,
    CNI_CONTAINERID: container,
    CNI_NETNS: netns,
    CNI_IFNAME: 'net1',
    CNI_PATH: '/opt/cni/bin',
    // strace counts by thread: with one worker, every run numbers its calls alike.
    UV_THREADPOOL_SIZE: '1',
    ...node.env,
  };
  const child = spawn('strace', ['-f', '-qq', '-yy', '-o', log, ...options, EXECUTABLE], { env });
  const outcome = await new Promise<Outcome>((done, fail) => {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => {}).end(JSON.stringify(node.network));
    child.on('error', fail).on('close', (status, signal) => done({ status, signal, stdout, stderr }));
  });
  const steps = readSteps(readFileSync(log, 'utf8'), node);
  rmSync(folder, { recursive: true });
  return { ...outcome, steps };
}

interface Subject {
  readonly words: string;
  readonly file?: string;
}

type Ports = Readonly<Record<string, string>>;

/** By call: what its arguments are about, or undefined when nobody else can see it. */
const SUBJECTS: Readonly<
  Record<string, (args: string, dataDir: string, ports: Ports) => Subject | undefined>
> = {
  mkdir: aboutFile('make'),
  openat: (args, dataDir) => (args.includes('O_CREAT') ? aboutFile('create')(args, dataDir) : undefined),
  write: (args, dataDir, ports) =>
    args.startsWith('1<')
      ? { words: 'answer' }
      : (aboutPeer('send to', args, ports) ?? aboutFile('write')(args, dataDir)),
  fsync: aboutFile('sync'),
  ftruncate: aboutFile('truncate'),
  link: aboutFile('link'),
  unlink: aboutFile('unlink'),
  rmdir: aboutFile('remove'),
  utimensat: aboutFile('touch'),
  connect: (args, _, ports) => aboutPeer('connect to', args, ports),
  // What IMDS tells changes nothing anywhere; what EC2 tells does.
  read: (args, _, ports) => {
    const peer = aboutPeer('hear from', args, ports);
    return peer?.words.endsWith('EC2') ? peer : undefined;
  },
};

/** All calls that may be steps, as strace takes them. */
export const ALL = Object.keys(SUBJECTS).join();

function aboutFile(verb: string) {
  return (args: string, dataDir: string): Subject | undefined => {
    const path = [...args.matchAll(/["<](\/[^">]*)[">]/g)]
      .map(([, found = '']) => found)
      .findLast((found) => found === dataDir || found.startsWith(`${dataDir}/`));
    if (path === undefined) return undefined;
    const file = path === dataDir ? '.' : basename(path);
    const isTemporary = /^\.state\..*\.tmp$/.test(file);
    if (isTemporary) return { words: `${verb} temporary file` };
    return { words: `${verb} ${file === '.' ? 'directory' : file}`, ...(verb === 'link' ? {} : { file }) };
  };
}

function aboutPeer(verb: string, args: string, ports: Ports): Subject | undefined {
  const port = /htons\((\d+)\)/.exec(args)?.[1] ?? /^\d+<TCP:\[.*:(\d+)\]>/.exec(args)?.[1];
  const peer = port === undefined ? undefined : ports[port];
  return peer === undefined ? undefined : { words: `${verb} ${peer}` };
}

function readSteps(log: string, { dataDir, env }: Node): readonly Step[] {
  const port = (url: string | undefined): string => (url === undefined ? '-' : new URL(url).port);
  const ports = {
    [port(env['AWS_ENDPOINT_URL_EC2'])]: 'EC2',
    [port(env['AWS_EC2_METADATA_SERVICE_ENDPOINT'])]: 'IMDS',
  };
  const counts = new Map<string, number>();
  let last = '';
  const count = (key: string): number => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts.get(key) ?? 0;
  };
  return log.split('\n').flatMap((line): Step | readonly Step[] => {
    // A call that another thread interrupts takes two lines, of which the first one counts.
    const [, thread, call = '', args = ''] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? [];
    if (thread === undefined) return [];
    const inThread = count(`${thread} ${call}`);
    const subject = SUBJECTS[call]?.(args, dataDir, ports);
    if (!subject) return [];
    const { words, file } = subject;
    // An answer may come in pieces.
    if (words.startsWith('hear') && words === last) return [];
    last = words;
    const id = `${words} #${count(words)}`;
    const number = file === undefined ? inThread : count(`${thread} ${call} ${file}`);
    return [{ id, call, path: file, number }];
  });
}
