/** TLS before a server that has none, with a certificate that is made for tests, and for localhost. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What vouches for the server. */
export const CERTIFICATE = fileOf('certificate.pem');

/** Takes TLS off what comes, for the server at `url`. */
export async function serveTls(url: string) {
  const { hostname, port } = new URL(url);
  const files = { key: readFileSync(fileOf('key.pem')), cert: readFileSync(CERTIFICATE) };
  const server = createServer(files, (secure) => {
    const plain = connect(Number(port), hostname);
    for (const socket of [secure, plain]) socket.on('error', () => {});
    secure.pipe(plain).pipe(secure);
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => void server.close(),
  };
}
