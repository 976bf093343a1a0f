/** A node that is a virtual machine: its ENIs are wires to the VPC, and EC2 and IMDS are behind the first. */

import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import type { Aws } from '../../aws/aws.ts';
import { ENIS, NODE_ENI } from '../bed/account.ts';
import { must } from '../bed/machine.ts';
import { Vm } from './vm.ts';
import { learnAddresses, WIRES } from './vpc.ts';

/** Boots the node. The emulator is reached as {@link openAws} says. */
export async function bootNode(aws: Aws, disk?: string): Promise<Vm> {
  await learnAddresses(aws);
  const wires = ENIS.map(({ device, mac }) => ({ end: device, mac }));
  const vm = await Vm.boot({ netns: WIRES, wires, ...(disk === undefined ? {} : { disk }) });
  await must(
    vm,
    ENIS.flatMap(({ device, primary }) => [
      `ip address add ${primary}/24 dev ${device}`,
      `ip link set ${device} up`,
    ]).join('\n'),
  );
  return vm;
}

export interface OpenAws extends AsyncDisposable {
  /** What the plugin on the node needs in its environment. */
  readonly environment: Record<string, string>;
}

/** Lets the emulator, which is on loopback, be reached at the router of the node's first ENI. */
export async function openAws(aws: Aws): Promise<OpenAws> {
  const environment = aws.environment();
  const relays = await Promise.all(
    Object.values(environment).map((url) => relay(NODE_ENI.router, Number(new URL(url).port))),
  );
  return {
    environment: Object.fromEntries(
      Object.entries(environment).map(([name, url]) => [name, url.replace('127.0.0.1', NODE_ENI.router)]),
    ),
    async [Symbol.asyncDispose]() {
      for (const server of relays) server.close();
    },
  };
}

async function relay(address: string, port: number): Promise<Server> {
  const server = createServer((outer) => {
    const inner = connect(port, '127.0.0.1');
    outer.pipe(inner).pipe(outer);
    // One that breaks takes the other along.
    outer.on('error', () => inner.destroy()).on('close', () => inner.destroy());
    inner.on('error', () => outer.destroy()).on('close', () => outer.destroy());
  });
  server.unref().listen(port, address);
  await once(server, 'listening');
  return server;
}
