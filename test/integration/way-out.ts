/** Run in a network namespace: serves ports of its loopback, and hands what comes to sockets of the file system, which all namespaces see. */
import { connect, createServer } from 'node:net';

const ways = process.argv.slice(2).map((way) => way.split('='));
await Promise.all(
  ways.map(async ([port, path = '']) => {
    const server = createServer((inside) => {
      const outside = connect(path);
      inside.pipe(outside).pipe(inside);
      inside.on('error', () => outside.destroy());
      outside.on('error', () => inside.destroy());
    });
    await new Promise<void>((done) => server.listen(Number(port), '127.0.0.1', done));
  }),
);
process.stdout.write('open\n');
