/** The kernel's notices about addresses, by iproute2: Node has no netlink sockets. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Failure } from '../errors.ts';
import type { World } from '../world.ts';
import { type Notice, parseNotice, parseSight, type Sight } from './notices.ts';

/** The program is looked for here and nowhere else: no variable decides what runs as root. */
const PLACES = ['/sbin/ip', '/usr/sbin/ip', '/bin/ip', '/usr/bin/ip'];

/** @throws Failure when it is not installed. */
export function findIp(): string {
  const found = PLACES.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Failure(
    'environment',
    `cannot watch an interface without iproute2: there is no ${PLACES.join(', ')}`,
  );
}

const LOOK_MS = 5000;
const run = promisify(execFile);

/**
 * What the interface has now; nothing when there is none of that name.
 * @throws Error when `ip` does not tell.
 */
export async function lookAt(ip: string, name: string): Promise<Sight> {
  try {
    const words = ['-j', 'address', 'show', 'dev', name];
    return parseSight((await run(ip, words, { env: {}, timeout: LOOK_MS })).stdout);
  } catch (error) {
    if (error instanceof Error && /does not exist|Cannot find device/.test(error.message))
      return { addresses: [] };
    throw error;
  }
}

/** What is told of a monitor; each may have been preceded by notices that nobody saw. */
export interface Listener {
  /** It hears all that comes from now on. */
  onReady(): void;
  onNotice(notice: Notice): void;
  /** Something came that is no notice, such as the kernel having lost some for want of room (ENOBUFS). */
  onGap(): void;
}

/** Listens until the signal, or until the monitor ends by itself: says how it did. */
export async function monitor(
  ip: string,
  listener: Listener,
  stop: AbortSignal,
  world: World,
): Promise<string> {
  const child = spawn(ip, ['-o', 'monitor', 'address'], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<string>((resolve) => {
    child.on('error', ({ message }) => resolve(message));
    child.on('close', (status, signal) => resolve(`it ended with ${signal ?? `status ${status}`}`));
  });
  const end = (): void => void child.kill();
  stop.addEventListener('abort', end, { once: true });
  createInterface(child.stdout).on('line', (line) => {
    const notice = parseNotice(line);
    if (notice) listener.onNotice(notice);
    else if (line !== '') listener.onGap();
  });
  child.stderr.on('data', () => listener.onGap());
  if (child.pid !== undefined)
    await untilItListens(child.pid, () => (child.exitCode ?? child.signalCode) !== null, world);
  listener.onReady();
  const how = await ended;
  stop.removeEventListener('abort', end);
  return how;
}

/** Notices do not wait for who comes late: what the interface has is looked up only when they are heard. */
async function untilItListens(pid: number, isOver: () => boolean, world: World): Promise<void> {
  const until = world.elapsed() + 1000;
  while (world.elapsed() < until && !isOver() && !isListening(pid)) await world.sleep(2);
}

/** By the kernel's list of netlink sockets: protocol 0 (rtnetlink), of this process, in some group. */
function isListening(pid: number): boolean {
  try {
    const sockets = readFileSync(`/proc/${pid}/net/netlink`, 'utf8').split('\n');
    return sockets.some((line) => {
      const [, protocol, owner, groups = '0'] = line.trim().split(/\s+/);
      return protocol === '0' && owner === String(pid) && Number.parseInt(groups, 16) !== 0;
    });
  } catch {
    // Without /proc it has had a second to begin.
    return false;
  }
}
