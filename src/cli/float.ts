/** `eni-local float`: has addresses of an active/standby pair on the ENI of whichever node has them. */
import type { EniSource } from '../config/allocation.ts';
import { Failure } from '../errors.ts';
import { openEvents } from '../float/events.ts';
import { openMover } from '../float/mover.ts';
import { awaitEni, checkAddresses } from '../float/own-eni.ts';
import { watch } from '../float/watch.ts';
import { openLog } from '../log.ts';
import { formatAddress, parseAddress } from '../net/address.ts';
import { openPhases } from '../phases.ts';
import type { CallContext } from '../run.ts';
import type { World } from '../world.ts';
import type { Answer } from './answer.ts';
import { readOptions, UsageError } from './options.ts';

const HELP = `Usage: eni-local float --interface NAME --address ADDRESS... [--eni ENI] [--region REGION]

Runs beside one half of an active/standby pair. When one of the addresses appears on the interface,
it is moved to the ENI behind the interface, from whatever ENI of the subnet has it; no other
address ever is. When it goes from the interface, nothing is done: whoever has it next takes it. It
hears of that from the kernel, by "ip" of iproute2, in the network namespace in which it runs.

What it does is told on standard output, a JSON object a line: watching, appeared, taken, gone,
retrying, refused, lost, stopped. Exit status: 0 after SIGTERM or SIGINT, 1 when it cannot go on, 2
for wrong use.

  --interface NAME   interface on which the addresses appear
  --address ADDRESS  an IPv4 or IPv6 address without a prefix length; more with more of these
  --eni ENI          id of the ENI (found by the interface's MAC: in the instance metadata or, when
                     that does not answer and the region is known, in EC2)
  --region REGION    region of the ENI (AWS_REGION, or the instance metadata)
  --help             prints this
`;

const OPTIONS = {
  interface: { type: 'string' },
  address: { type: 'string', multiple: true, default: [] as string[] },
  eni: { type: 'string' },
  region: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export async function runFloat(words: readonly string[], world: World): Promise<Answer> {
  const { values: options } = readOptions(words, OPTIONS);
  if (options.help) return { stdout: HELP, status: 0 };
  const name = readInterface(options.interface);
  const addresses = readAddresses(options.address);
  const source = readSource(name, options);
  const stop = world.stopSignal();
  const tell = openEvents(world);
  try {
    const context = openContext(world);
    const eni = await awaitEni(source, tell, stop, context);
    if (eni) {
      checkAddresses(addresses, eni);
      const mover = await openMover(eni, context);
      await watch({ interface: name, addresses, eni, mover, tell, stop, world });
    }
    tell('stopped');
    return { stdout: '', status: 0 };
  } catch (error) {
    if (error instanceof Failure) tell('stopped', { error: error.message });
    throw error;
  }
}

/** A call without an answer is made again after so long; the node may be away from the network for a moment. */
const CALL_MS = 5000;

/** It has no deadline as a whole: each question gets the same time. Calls that fail are in the log, on stderr. */
function openContext(world: World): CallContext {
  const log = openLog({ level: 'info' }, { command: 'float' }, world);
  return { world, log, deadline: { remaining: () => CALL_MS, check: () => {} }, phases: openPhases(world) };
}

function readInterface(name: string | undefined): string {
  if (name === undefined) throw new UsageError('float needs --interface');
  if (/^[^/:\s]{1,15}$/.test(name) && !name.startsWith('-') && name !== '.' && name !== '..') return name;
  throw new UsageError(`cannot use "${name}" as the name of an interface`);
}

function readAddresses(texts: readonly string[]): readonly string[] {
  if (texts.length === 0) throw new UsageError('float needs --address');
  const addresses = texts.map((text) => {
    const address = parseAddress(text);
    if (address) return formatAddress(address);
    throw new UsageError(`cannot use "${text}" as an address`);
  });
  return [...new Set(addresses)];
}

function readSource(
  name: string,
  { eni: id, region }: { readonly eni?: string | undefined; readonly region?: string | undefined },
): EniSource {
  if (id !== undefined && !/^eni-[0-9a-f]+$/.test(id))
    throw new UsageError(`cannot use "${id}" as the id of an ENI`);
  // It becomes part of a host's name.
  if (region !== undefined && !/^[a-z0-9-]+$/.test(region))
    throw new UsageError(`cannot use "${region}" as a region`);
  return {
    interface: name,
    ...(id === undefined ? {} : { id }),
    ...(region === undefined ? {} : { region }),
  };
}
