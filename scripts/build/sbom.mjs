// Prints the software bill of materials of the executables on Node: CycloneDX, as npm makes it.
import { execFileSync } from 'node:child_process';

/** What package-lock.json pins for another executable. */
const ELSEWHERE = /^@oven\/bun-/;

const options = ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev'];
const bill = JSON.parse(execFileSync('npm', options, { stdio: ['ignore', 'pipe', 'inherit'] }).toString());
const isThere = (reference) => !ELSEWHERE.test(reference);
bill.components = bill.components.filter(({ name }) => isThere(name));
bill.dependencies = bill.dependencies
  .filter(({ ref }) => isThere(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isThere) }));
process.stdout.write(`${JSON.stringify(bill, undefined, 2)}\n`);
