/** `npm run bench -- NAME`: measurements that anyone can repeat, as ratios within one run. */
import { storm } from './storm.ts';

const BENCHES: Readonly<Record<string, () => Promise<void>>> = { storm };

// It triples the start of every Node here, and no kubelet sets it.
delete process.env['NODE_EXTRA_CA_CERTS'];

const [name = ''] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench) await bench();
else {
  console.error(`Usage: npm run bench -- ${Object.keys(BENCHES).join(' | ')}`);
  process.exitCode = 2;
}
