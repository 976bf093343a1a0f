/** Calls of gRPC over a Unix socket: one message there, one back. */
import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';

const CALL_MS = 60_000;

export class GrpcClient implements Disposable {
  readonly #session: ClientHttp2Session;

  constructor(socket: string) {
    // The address is for HTTP's sake: what counts is the socket.
    this.#session = connect('http://localhost', { createConnection: () => connectSocket(socket) });
    // Calls tell of it.
    this.#session.on('error', () => {});
  }

  /** Rejects with what the server says when it refuses. */
  async call(method: string, message: Buffer): Promise<Buffer> {
    const stream = this.#session.request(
      { ':method': 'POST', ':path': method, 'content-type': 'application/grpc', te: 'trailers' },
      { signal: AbortSignal.timeout(CALL_MS) },
    );
    let status: string | undefined;
    let reason = '';
    const read = (headers: Record<string, unknown>) => {
      status = (headers['grpc-status'] as string | undefined) ?? status;
      reason = decodeURIComponent((headers['grpc-message'] as string | undefined) ?? reason);
    };
    // A call that fails at once has no trailers: all is in the headers.
    stream.on('response', read).on('trailers', read);
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.end(Buffer.concat([prefix(message), message]));
    await once(stream, 'end');
    if (status !== '0') throw new Error(`${method}: ${reason}`);
    return Buffer.concat(chunks).subarray(prefix(message).length);
  }

  [Symbol.dispose](): void {
    this.#session.destroy();
  }
}

/** What stands before a message: that it is not compressed, and its length. */
function prefix({ length }: Buffer): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}
