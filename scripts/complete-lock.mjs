// Adds to package-lock.json the optional packages of other platforms that npm left out.
//
// Where a registry does not serve one of them, `npm install` leaves it out, and npm 11's `npm ci` then
// refuses the whole file. Run this after each change of the dependencies: node scripts/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';

/** Packages of native programs are named after their platform, as NAME-linux-x64-musl or NAME/linux-x64. */
const PLATFORM =
  /[-/](android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+?)(?:-(gnu|musl|msvc|\w*eabi\w*))?$/;
const LIBC = { gnu: 'glibc', musl: 'musl' };

const file = 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
const { '': root, ...installed } = lock.packages;
for (const { optionalDependencies = {}, dev } of Object.values(installed)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const [, os, cpu, abi] = PLATFORM.exec(name) ?? [];
    if (!os || lock.packages[`node_modules/${name}`]) continue;
    installed[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(dev ? { dev } : {}),
      ...(LIBC[abi] ? { libc: [LIBC[abi]] } : {}),
      optional: true,
      os: [os],
    };
  }
}
const sorted = Object.entries(installed).sort(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = { '': root, ...Object.fromEntries(sorted) };
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
