/** HTTP on loopback: whole answers, and the ways in which answers go missing. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** A request as it came over the wire. */
export type WireRequest = {
  readonly method: string;
  readonly path: string;
  /** What follows the question mark, still encoded. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

export type Answer = {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Reply =
  | Answer
  /** Half of the answer's body, then the connection breaks. */
  | { readonly kind: 'truncated'; readonly answer: Answer }
  /** The connection breaks before anything is said. */
  | { readonly kind: 'reset' }
  /** Nothing is ever said, and the connection stays. */
  | { readonly kind: 'hang' };

export type Answerer = (request: WireRequest) => Reply | Promise<Reply>;

/** A server that listens until it is disposed of. */
export interface Listener extends AsyncDisposable {
  readonly url: string;
  /** From now on connections are refused, and those that there are break. */
  refuse(): Promise<void>;
  /** Connections are accepted again, at the same port. */
  accept(): Promise<void>;
}

/** Serves on 127.0.0.1; port 0 means any free one. */
export async function listen(port: number, answer: Answerer): Promise<Listener> {
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing, answer));
  // A connection that the server drops while a client reuses it would look like a fault nobody asked for.
  server.keepAliveTimeout = 0;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Not listening on a TCP port');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    refuse: close,
    async accept() {
      if (server.listening) return;
      server.listen(address.port, '127.0.0.1');
      await once(server, 'listening');
    },
    [Symbol.asyncDispose]: close,
  };
}

async function serve(incoming: IncomingMessage, outgoing: ServerResponse, answer: Answerer): Promise<void> {
  const body = await buffer(incoming).catch(() => undefined);
  // The client has gone in the middle of its request.
  if (!body) return;
  try {
    send(outgoing, await answer(wireRequest(incoming, body)));
  } catch (bug) {
    send(outgoing, failure(bug));
  }
}

function wireRequest(incoming: IncomingMessage, body: Buffer): WireRequest {
  const [path = '/', ...query] = (incoming.url ?? '/').split('?');
  return {
    method: incoming.method ?? 'GET',
    path,
    query: query.join('?'),
    headers: Object.fromEntries(
      Object.entries(incoming.headersDistinct).map(([name, values]) => [name, (values ?? []).join(',')]),
    ),
    body,
  };
}

function send(outgoing: ServerResponse, reply: Reply): void {
  switch (reply.kind) {
    case 'answer':
      writeHead(outgoing, reply).end(reply.body);
      return;
    case 'truncated': {
      const { answer } = reply;
      writeHead(outgoing, answer).write(answer.body.slice(0, answer.body.length / 2), () =>
        outgoing.destroy(),
      );
      return;
    }
    case 'reset':
      outgoing.socket?.resetAndDestroy();
      return;
    case 'hang':
      return;
    default:
      reply satisfies never;
  }
}

function writeHead(outgoing: ServerResponse, { status, headers, body }: Answer): ServerResponse {
  return outgoing.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
}

function failure(bug: unknown): Answer {
  const body = `The emulator has a bug: ${bug instanceof Error ? bug.stack : String(bug)}\n`;
  process.stderr.write(body);
  return { kind: 'answer', status: 500, headers: { 'Content-Type': 'text/plain' }, body };
}
