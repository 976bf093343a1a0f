/** The program's own HTTP, against Node's server and against servers that say what they like. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createServer as createTlsServer, setDefaultCACertificates } from 'node:tls';
import * as fc from 'fast-check';
import { type Http, type HttpRequest, openHttp } from '../../src/eni/http.ts';

interface Place extends AsyncDisposable {
  readonly origin: { readonly protocol: string; readonly hostname: string; readonly port: number };
  /** The server's ends of the connections that are open. */
  readonly open: ReadonlySet<Socket>;
}

async function listen(server: Server, host = '127.0.0.1', at = 0): Promise<Place> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(at, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: { protocol: 'http:', hostname: host.includes(':') ? `[${host}]` : host, port },
    open: sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** It closes no connection by itself. */
const serve = (listener: RequestListener, host?: string): Promise<Place> =>
  listen(createServer({ keepAliveTimeout: 0 }, listener), host);

/**
 * A server that answers each request with these bytes, piece by piece, and a moment after each; then it hangs up,
 * if it is told to.
 */
const recite = (pieces: readonly string[], { hangUp = false, momentMs = 0 } = {}): Promise<Place> =>
  listen(
    createTcpServer((socket) => {
      socket.setNoDelay(true).on('error', () => {});
      socket.on('data', async () => {
        for (const piece of pieces) {
          await setTimeout(momentMs);
          socket.write(piece, 'latin1');
        }
        if (hangUp) socket.end();
      });
    }),
  );

const get = ({ origin }: Place, given: Partial<HttpRequest> = {}): HttpRequest => ({
  origin,
  method: 'GET',
  path: '/',
  headers: {},
  ...given,
});

/** A client on this clock, or on one that stands still. */
const client = (time = { now: 0 }): Http & Disposable =>
  Object.assign(openHttp({ elapsed: () => time.now }), {
    [Symbol.dispose](this: Http) {
      this.close();
    },
  });

const never = new AbortController().signal;

test('ask() sends method, path, headers and body, and has status, headers and body of the answer', async () => {
  await using place = await serve(async (request, response) => {
    const { method, url, headers } = request;
    const body = Buffer.concat(await request.toArray()).toString();
    response.writeHead(418, { 'X-Kind': 'Teapot', 'X-Twice': ['a', 'b'] });
    response.end(JSON.stringify({ method, url, host: headers.host, sent: headers['x-sent'], body }));
  });
  using http = client();
  const request = get(place, { method: 'POST', path: '/a?b=c', headers: { 'x-sent': 'y' }, body: 'ä=1' });
  const { status, headers, body } = await http.ask(request, never);
  assert.deepEqual([status, headers['x-kind'], headers['x-twice']], [418, 'Teapot', 'a, b']);
  const host = `127.0.0.1:${place.origin.port}`;
  assert.deepEqual(JSON.parse(body.toString()), {
    method: 'POST',
    url: '/a?b=c',
    host,
    sent: 'y',
    body: 'ä=1',
  });
});

test('ask() sends a header once, in whatever letters it is given', async () => {
  await using place = await serve(
    ({ rawHeaders }, response) =>
      void response.end(JSON.stringify(rawHeaders.map((text) => text.toLowerCase()))),
  );
  using http = client();
  const headers = { Host: 'elsewhere', 'Content-Length': '1' };
  const { body } = await http.ask(get(place, { method: 'POST', headers, body: 'x' }), never);
  assert.deepEqual(JSON.parse(body.toString()), ['host', 'elsewhere', 'content-length', '1']);
});

test('ask() of a request without a body: a PUT has its length, a GET has none', async () => {
  await using place = await serve(
    ({ headers }, response) => void response.end(headers['content-length'] ?? '-'),
  );
  using http = client();
  const lengthOf = async (method: string) => (await http.ask(get(place, { method }), never)).body.toString();
  assert.deepEqual([await lengthOf('PUT'), await lengthOf('GET')], ['0', '-']);
});

/** The same answer in all the ways in which a server may mark its end. */
const FORMS: Record<string, readonly [answer: string, hangUp?: true]> = {
  'with its length': ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
  'in chunks': [
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nx: y\r\n\r\n',
  ],
  'until the connection ends': ['HTTP/1.1 200 OK\r\n\r\nhello', true],
  'of HTTP/1.0': ['HTTP/1.0 200 OK\r\n\r\nhello', true],
  'after another one that says to go on': [
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  ],
};

for (const [form, [answer, hangUp = false]] of Object.entries(FORMS)) {
  test(`ask() reads an answer ${form}, however it is torn`, async () => {
    const cuts = fc.array(fc.nat(answer.length), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const borders = [0, ...places.toSorted((a, b) => a - b), answer.length];
        const pieces = borders.slice(1).map((end, index) => answer.slice(borders[index], end));
        await using place = await recite(pieces, { hangUp });
        using http = client();
        const { status, body } = await http.ask(get(place), never);
        assert.deepEqual([status, body.toString()], [200, 'hello']);
      }),
      { numRuns: 20 },
    );
  });
}

test('ask() reads an answer that has no body', async () => {
  await using place = await recite(['HTTP/1.1 204 No Content\r\n\r\n']);
  using http = client();
  const { status, body } = await http.ask(get(place), never);
  assert.deepEqual([status, body.length], [204, 0]);
});

/** Answers by which connection, counted from 1, a request came. */
async function countConnections(headers: Record<string, string> = {}, host?: string): Promise<Place> {
  const numbers = new Map<Socket, number>();
  return await serve(({ socket }, response) => {
    if (!numbers.has(socket)) numbers.set(socket, numbers.size + 1);
    response.writeHead(200, headers).end(String(numbers.get(socket)));
  }, host);
}

const connectionOf = async (http: Http, place: Place): Promise<number> =>
  Number((await http.ask(get(place), never)).body.toString());

test('ask() keeps the connection for the next request', async () => {
  await using place = await countConnections();
  using http = client();
  assert.deepEqual([await connectionOf(http, place), await connectionOf(http, place)], [1, 1]);
});

test('ask() trusts no connection that nobody used for a second, or that the server is to close', async () => {
  await using place = await countConnections();
  const time = { now: 0 };
  using http = client(time);
  await connectionOf(http, place);
  time.now = 999;
  assert.equal(await connectionOf(http, place), 1);
  time.now = 1999;
  assert.equal(await connectionOf(http, place), 2);

  await using closing = await countConnections({ connection: 'close' });
  assert.deepEqual([await connectionOf(http, closing), await connectionOf(http, closing)], [1, 2]);
});

test('ask() at the same time uses a connection for each', async () => {
  await using place = await countConnections();
  using http = client();
  const both = await Promise.all([connectionOf(http, place), connectionOf(http, place)]);
  assert.deepEqual(new Set(both), new Set([1, 2]));
});

test('ask() gives a kept connection to one of those that come at the same time', async () => {
  await using place = await countConnections();
  using http = client();
  assert.equal(await connectionOf(http, place), 1);
  const both = await Promise.all([connectionOf(http, place), connectionOf(http, place)]);
  assert.deepEqual(new Set(both), new Set([1, 2]));
});

/** Until so many connections are open, as the server sees it. */
async function untilOpen(place: Place, count: number): Promise<void> {
  while (place.open.size !== count) await once([...place.open][0] ?? assert.fail('none is open'), 'close');
}

test('a connection that is not kept is closed: an old one, a second one, one that failed, and all in the end', async () => {
  await using place = await countConnections();
  const time = { now: 0 };
  const http = client(time);
  await Promise.all([connectionOf(http, place), connectionOf(http, place)]);
  await untilOpen(place, 1);
  time.now = 1000;
  assert.equal(await connectionOf(http, place), 3);
  await untilOpen(place, 1);
  http.close();
  await untilOpen(place, 0);

  await using silent = await serve(() => {});
  await assert.rejects(http.ask(get(silent), AbortSignal.timeout(50)));
  await untilOpen(silent, 0);
});

test('a kept connection that breaks is no news, and the next request takes another one', async () => {
  await using place = await countConnections();
  using http = client();
  await connectionOf(http, place);
  const [kept] = place.open;
  kept?.resetAndDestroy();
  await setTimeout(50);
  assert.equal(await connectionOf(http, place), 2);
});

test('a request on a kept connection is disturbed neither by the answer nor by the signal of the one before', async () => {
  await using place = await recite(['HTTP/1.1 200 OK\r\nContent-Le', 'ngth: 5\r\n\r\nhe', 'llo'], {
    momentMs: 20,
  });
  using http = client();
  const first = new AbortController();
  assert.equal((await http.ask(get(place), first.signal)).body.toString(), 'hello');
  const second = http.ask(get(place), never);
  first.abort();
  assert.equal((await second).body.toString(), 'hello');
  assert.equal(place.open.size, 1);
});

test('ask() finds a server by an address of IPv6', async () => {
  await using place = await countConnections({}, '::1');
  using http = client();
  assert.equal(await connectionOf(http, place), 1);
});

test('ask() gives up when its signal says so, with the reason of the signal', async () => {
  await using place = await serve(() => {});
  using http = client();
  await assert.rejects(http.ask(get(place), AbortSignal.timeout(50)), { name: 'TimeoutError' });
  const reason = new Error('enough');
  await assert.rejects(http.ask(get(place), AbortSignal.abort(reason)), reason);
});

const FAILURES: Record<string, readonly [answer: string, code: string]> = {
  'that says nothing': ['', 'ECONNRESET'],
  'that hangs up in its head': ['HTTP/1.1 200 OK\r\nContent-', 'ECONNRESET'],
  'that hangs up in the middle': ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello', 'ECONNRESET'],
  'that hangs up between chunks': [
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n',
    'ECONNRESET',
  ],
  'that speaks something else': ['SSH-2.0-OpenSSH_9.2\r\n', 'HPE_INVALID_CONSTANT'],
};

for (const [what, [answer, code]] of Object.entries(FAILURES)) {
  test(`ask() of a server ${what} fails, and the next request goes another way`, async () => {
    await using place = await recite([answer], { hangUp: true });
    using http = client();
    await assert.rejects(http.ask(get(place), never), { code });
    await assert.rejects(http.ask(get(place), never), { code });
  });
}

test('ask() of nobody fails with the code of the connection', async () => {
  const place = await serve(() => {});
  await place[Symbol.asyncDispose]();
  using http = client();
  await assert.rejects(http.ask(get(place), never), { code: 'ECONNREFUSED' });
});

test('ask() sends nothing that would make two requests of one', async () => {
  let requests = 0;
  await using place = await serve((_, response) => {
    requests += 1;
    response.end();
  });
  using http = client();
  const breaking: Partial<HttpRequest>[] = [
    { path: '/ HTTP/1.1\r\n\r\nGET /other' },
    { headers: { 'x-name': 'a\r\nx-other: b' } },
    { headers: { 'x-name\n': 'a' } },
    { method: 'GET\0' },
  ];
  for (const given of breaking) await assert.rejects(http.ask(get(place, given), never), /line break/);
  assert.equal(requests, 0);
});

test('ask() of a standard port names the host without it', {
  skip: process.getuid?.() !== 0 && 'only root may listen there',
}, async () => {
  const server = createServer(({ headers }, response) => void response.end(headers.host));
  await using _place = await listen(server, '127.80.80.80', 80);
  using http = client();
  for (const port of ['', undefined]) {
    const origin = { protocol: 'http:', hostname: '127.80.80.80', port };
    const { body } = await http.ask({ origin, method: 'GET', path: '/', headers: {} }, never);
    assert.equal(body.toString(), '127.80.80.80');
  }
});

test('ask() over TLS says which host it means, but no address, and believes no other certificate', async () => {
  const pem = (name: string): string => readFileSync(new URL(`../tls/${name}`, import.meta.url), 'utf8');
  const names: string[] = [];
  const server = createTlsServer({
    key: pem('key.pem'),
    cert: pem('certificate.pem'),
    SNICallback(name, done) {
      names.push(name);
      done(null);
    },
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'));
  });
  server.on('tlsClientError', () => {});
  await using place = await listen(server);
  using http = client();
  const ask = (hostname: string) =>
    http.ask(get(place, { origin: { protocol: 'https:', hostname, port: place.origin.port } }), never);

  await assert.rejects(ask('localhost'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  setDefaultCACertificates([pem('certificate.pem')]);
  assert.equal((await ask('localhost')).body.toString(), 'hello');
  assert.equal((await ask('127.0.0.1')).body.toString(), 'hello');
  assert.deepEqual(names, ['localhost', 'localhost']);
});

test('a process waits for its answers, and ends though a connection is kept', async () => {
  await using place = await recite(['HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1'], { momentMs: 50 });
  const script = `
    import { openHttp } from ${JSON.stringify(import.meta.resolve('../../src/eni/http.ts'))};
    const http = openHttp({ elapsed: () => 0 });
    const request = ${JSON.stringify(get(place))};
    await http.ask(request);
    const { body } = await http.ask(request);
    console.log(String(body));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal: AbortSignal.timeout(60_000),
  });
  const output = child.stdout.setEncoding('utf8').toArray();
  assert.deepEqual(await once(child, 'close'), [0, null]);
  assert.deepEqual(await output, ['1\n']);
});
