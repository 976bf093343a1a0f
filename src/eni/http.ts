/**
 * HTTP/1.1 as IMDS and EC2 speak it: short requests, answers that are read whole, and a connection that is kept for
 * the next request. Node compiles its own client anew in every process that uses it, which costs as much as
 * signing and sending the request; this one lies compiled in the executable.
 */
import type { Socket } from 'node:net';
import { HTTPParser } from 'http-parser-js';
import type { World } from '../world.ts';

/** Whom a request goes to, in the words of `URL`. */
export interface Origin {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: string | number | undefined;
}

export interface HttpRequest {
  readonly origin: Origin;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Http {
  /**
   * The answer, whatever its status is.
   * @throws the signal's reason once it is aborted, and the error of the connection, with its code in `code`
   */
  ask(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer>;
  close(): void;
}

/** A connection that nobody uses is trusted for so long: the other end may be about to close it. */
const IDLE_MS = 1000;

interface Idle {
  readonly socket: Socket;
  readonly since: number;
}

export function openHttp(world: Pick<World, 'elapsed'>): Http {
  const idle = new Map<string, Idle>();

  function takeIdle(key: string): Socket | undefined {
    const found = idle.get(key);
    idle.delete(key);
    if (!found?.socket.writable || world.elapsed() - found.since >= IDLE_MS) {
      found?.socket.destroy();
      return undefined;
    }
    return found.socket.ref();
  }

  function keep(key: string, socket: Socket): void {
    idle.get(key)?.socket.destroy();
    // Kept for a request that may not come, it keeps no process alive.
    idle.set(key, { socket: socket.unref(), since: world.elapsed() });
  }

  return {
    async ask(request, signal) {
      const { protocol, hostname, port } = request.origin;
      const key = `${protocol}//${hostname}:${port}`;
      const bytes = printRequest(request);
      const socket = takeIdle(key) ?? (await connect(request.origin));
      try {
        signal?.throwIfAborted();
        const { answer, isLast } = await exchange(socket, bytes, signal);
        if (isLast) socket.destroy();
        else keep(key, socket);
        return answer;
      } catch (error) {
        socket.destroy();
        throw error;
      }
    },
    close() {
      for (const { socket } of idle.values()) socket.destroy();
      idle.clear();
    },
  };
}

/** What cannot be part of a line of a request: it would begin another one. */
const BREAKING = /[\r\n\0]/;

/** @throws Error when a part of it would make another request of it. */
function printRequest({ origin, method, path, headers, body = '' }: HttpRequest): Buffer {
  const { hostname, port } = origin;
  const content = Buffer.from(body);
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const all: Record<string, string> = {
    host: port === undefined || port === '' ? hostname : `${hostname}:${port}`,
    ...Object.fromEntries(given),
    ...(content.length > 0 || method !== 'GET' ? { 'content-length': String(content.length) } : {}),
  };
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...Object.entries(all).map(([name, value]) => `${name}: ${value}`),
  ];
  if (lines.some((line) => BREAKING.test(line)))
    throw new Error(`cannot send ${method} with a line break in it`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), content]);
}

/** Whoever writes to it need not wait until it is connected. */
async function connect({ protocol, hostname, port }: Origin): Promise<Socket> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const net = await import('node:net');
  if (protocol !== 'https:') return net.connect({ host, port: Number(port || 80) });
  // What it takes to encrypt is loaded by those alone who do.
  const tls = await import('node:tls');
  const name = net.isIP(host) === 0 ? { servername: host } : {};
  return tls.connect({ host, port: Number(port || 443), ...name, ALPNProtocols: ['http/1.1'] });
}

interface Exchange {
  readonly answer: HttpAnswer;
  /** Nothing more can be asked on this connection. */
  readonly isLast: boolean;
}

function exchange(socket: Socket, request: Buffer, signal: AbortSignal | undefined): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      socket.removeAllListeners('data').removeAllListeners('error').removeAllListeners('close');
      // An error that comes later is nobody's.
      socket.on('error', () => {});
      signal?.removeEventListener('abort', giveUp);
      act();
    };
    const fail = (error: unknown): void => settle(() => reject(error));
    const giveUp = (): void => fail(signal?.reason);
    const parser = parserOf((answer, isKept) => settle(() => resolve({ answer, isLast: !isKept })));
    signal?.addEventListener('abort', giveUp);
    socket.on('error', fail);
    socket.on('data', (chunk: Buffer) => {
      const parsed = parser.execute(chunk);
      if (parsed instanceof Error) fail(parsed);
    });
    socket.on('close', () => {
      // Without a length, the end of the connection is the end of the answer.
      parser.finish();
      fail(hangUp());
    });
    socket.write(request);
  });
}

/** In the words of Node's own client. */
const hangUp = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

/** Reads one answer, and tells whether the connection may be kept. */
function parserOf(done: (answer: HttpAnswer, isKept: boolean) => void) {
  const parser = new HTTPParser(HTTPParser.RESPONSE);
  const parts: Buffer[] = [];
  let status = 0;
  let isKept = false;
  let headers: Record<string, string> = {};
  parser[HTTPParser.kOnHeadersComplete] = (info) => {
    status = info.statusCode;
    isKept = info.shouldKeepAlive;
    headers = toRecord(info.headers);
  };
  parser[HTTPParser.kOnBody] = (chunk, offset, length) => {
    parts.push(chunk.subarray(offset, offset + length));
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    // 1xx announces the answer.
    if (status >= 200) done({ status, headers, body: Buffer.concat(parts) }, isKept);
  };
  return parser;
}

/** Of names and values by turns. */
function toRecord(list: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let index = 0; index < list.length; index += 2) {
    const name = (list[index] ?? '').toLowerCase();
    const value = list[index + 1] ?? '';
    record[name] = name in record ? `${record[name]}, ${value}` : value;
  }
  return record;
}
