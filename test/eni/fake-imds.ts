/** A small instance metadata service: a tree of texts below /latest/meta-data/, behind tokens. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FakeWorld } from './fake-world.ts';

/** Answers one request in the service's stead; true when it has. */
export type Interference = (request: IncomingMessage, response: ServerResponse, place: number) => boolean;

export interface FakeImds extends AsyncDisposable {
  readonly world: FakeWorld;
  /** Every request in order: method and path. */
  readonly requests: readonly string[];
}

/** Starts the service, with a world that leads to it. */
export async function startImds(
  tree: Readonly<Record<string, string>>,
  interfere: Interference = () => false,
  env: Readonly<Record<string, string>> = {},
): Promise<FakeImds> {
  const requests: string[] = [];
  let token = '';
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push(`${method} ${url}`);
    if (interfere(request, response, requests.length - 1)) return;
    const answer = (status: number, body = ''): void => void response.writeHead(status).end(body);
    if (method === 'PUT' && url === '/latest/api/token') {
      const ttl = Number(headers['x-aws-ec2-metadata-token-ttl-seconds']);
      if (!(ttl >= 1 && ttl <= 21_600)) return answer(400);
      token = `token-${requests.length}`;
      return answer(200, token);
    }
    if (token === '' || headers['x-aws-ec2-metadata-token'] !== token) return answer(401);
    const text = tree[url.replace('/latest/meta-data/', '')];
    return text === undefined ? answer(404, '<html>Not Found</html>') : answer(200, text);
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  const { port } = server.address() as AddressInfo;
  return {
    requests,
    world: new FakeWorld({ AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}`, ...env }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => {
        server.close(closed);
      });
    },
  };
}
