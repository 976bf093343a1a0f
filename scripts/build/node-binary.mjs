// Finds the stock Node that goes into the executable, as package-lock.json pins it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/**
 * Path of the Node binary for `arch` (x64 or arm64). The package of this machine's architecture is
 * installed by `npm ci`; another architecture's is packed by npm and held against the lock file's hash.
 */
export function nodeBinary(arch) {
  const name = `node-linux-${arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/node`);
  } catch {
    return fetchForeign(name);
  }
}

function fetchForeign(name) {
  const locked = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages[`node_modules/${name}`];
  if (!locked) throw new Error(`Cannot build for ${name} as package-lock.json does not pin it`);
  const cache = resolve('node_modules', '.cache', `${name}-${locked.version}`);
  const binary = join(cache, 'package', 'bin', 'node');
  if (existsSync(binary)) return binary;

  mkdirSync(cache, { recursive: true });
  execFileSync('npm', ['pack', '--silent', '--pack-destination', cache, `${name}@${locked.version}`]);
  const tarball = join(cache, `${name}-${locked.version}.tgz`);
  const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  if (found !== locked.integrity) {
    throw new Error(`Cannot use ${name}: its hash must be ${locked.integrity}, and is ${found}`);
  }
  execFileSync('tar', ['-xzf', tarball, '-C', cache]);
  return binary;
}
