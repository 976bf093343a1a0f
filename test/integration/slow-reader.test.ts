/** A caller that reads slowly, through a pipe that does not block: it gets everything all the same. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { rewriteDocument } from '../state-document.ts';
import { EXECUTABLE, Node } from './node.ts';

/** So many that they fill every pipe. */
const MANY = 5000;
/** Debian's perl is always there; it sets what Node's own spawn cannot. */
const NON_BLOCKING = 'use Fcntl; fcntl(STDOUT, F_SETFL, fcntl(STDOUT, F_GETFL, 0) | O_NONBLOCK); exec @ARGV';

test('an answer that is larger than the pipe arrives whole', async () => {
  const range = { subnet: '10.20.0.0/16' };
  using node = new Node({ ipam: { ranges: [[range]], eni: { assign: false } } });
  await node.add('c1');
  rewriteDocument(node.dataDir, ({ reservations: [reservation] }) => ({
    reservations: Array.from({ length: MANY }, (_, index) => ({
      ...reservation,
      container: `c${index}`,
      address: `10.20.${index >> 8}.${index & 255}`,
    })),
  }));

  const words = ['list', '--json', '--data-dir', node.dataDir];
  const child = spawn('perl', ['-e', NON_BLOCKING, EXECUTABLE, ...words]);
  const gone = once(child, 'close');
  await pause(500);
  const output = await child.stdout.setEncoding('utf8').toArray();
  assert.deepEqual(await gone, [0, null]);
  assert.equal((JSON.parse(output.join('')) as unknown[]).length, MANY);
});
