/** The emulator as a program: prints what a client's shell needs, then serves until it is told to stop. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { seedShape } from './admin/seed-shape.ts';
import { type Aws, startAws } from './aws.ts';
import type { Seed } from './cloud/seed.ts';

const usage = `Usage: node test/aws/main.ts [options]

Serves an EC2, one IMDS per instance and an admin port on 127.0.0.1, prints
what a client's shell needs, and runs until SIGTERM or SIGINT.

  --seed FILE         what the account starts with (JSON, see README.md)
  --region REGION     region of the account (eu-central-1)
  --ec2-port N        port of EC2 (any)
  --imds-port N       port of the first instance's IMDS, the others' follow (any)
  --admin-port N      port of the admin verbs (any)
  --random-seed N     repeats what an earlier run drew
  --help              this text
`;

type Options = ReturnType<typeof readOptions>;

try {
  const options = readOptions();
  if (options.help) process.stdout.write(usage);
  else await serve(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

function readOptions() {
  return parseArgs({
    options: {
      seed: { type: 'string' },
      region: { type: 'string' },
      'ec2-port': { type: 'string' },
      'imds-port': { type: 'string' },
      'admin-port': { type: 'string' },
      'random-seed': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  }).values;
}

async function serve(values: Options): Promise<void> {
  const aws = await startAws({
    seed: values.seed === undefined ? undefined : await readSeed(values.seed),
    region: values.region,
    randomSeed: wholeNumber(values['random-seed']),
    ec2Port: wholeNumber(values['ec2-port']),
    imdsPort: wholeNumber(values['imds-port']),
    adminPort: wholeNumber(values['admin-port']),
  });
  const stop = () => void aws.close();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(introduction(aws));
}

/** Lines for `eval`: the first instance's environment, and in comments whatever else is good to know. */
function introduction(aws: Aws): string {
  // The CLI and boto read the region from the second variable, every other SDK from the first.
  const region = { AWS_REGION: aws.region, AWS_DEFAULT_REGION: aws.region };
  const exports = Object.entries({ ...aws.environment(), ...region });
  const keys = Object.entries(aws.staticCredentials());
  return [
    ...exports.map(([name, value]) => `export ${name}=${value}`),
    `# admin: ${aws.adminUrl}`,
    `# random seed: ${aws.randomSeed}`,
    ...[...aws.state().instances.keys()].map((id) => `# IMDS of ${id}: ${aws.imdsUrl(id)}`),
    '# keys for a client that does not ask IMDS:',
    ...keys.map(([name, value]) => `# export ${name}=${value}`),
    `# pid: ${process.pid}`,
    '',
  ].join('\n');
}

async function readSeed(file: string): Promise<Seed> {
  const seed: unknown = JSON.parse(await readFile(file, 'utf8'));
  seedShape(seed, file);
  return seed;
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new TypeError(`Not a whole number: ${text}`);
  return Number(text);
}
