/** That a process is measured as the kernel accounts it, and answers as it would unmeasured. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runMeasured } from '../../../scripts/bench/measured.ts';

const node = (code: string): string[] => [process.execPath, '-e', code];

test('CPU time is what the process used, and not what it slept', async () => {
  const burning = 'while (process.cpuUsage().user < 100_000);';
  const burner = await runMeasured(node(burning));
  assert.ok(burner.cpuMs >= 100, `${burner.cpuMs} ms`);
  const sleeper = await runMeasured(['sleep', '0.3']);
  assert.ok(sleeper.cpuMs < 50, `${sleeper.cpuMs} ms`);
  assert.ok(sleeper.wallMs >= 300, `${sleeper.wallMs} ms`);
});

test('threads and children that were waited for are the process’s own', async () => {
  const child = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(
    'while (process.cpuUsage().user < 100_000);',
  )}])`;
  const { cpuMs } = await runMeasured(node(child));
  assert.ok(cpuMs >= 100, `${cpuMs} ms`);
});

test('peak memory is that of the process', async () => {
  const hungry = await runMeasured(node('Buffer.alloc(200 * 2 ** 20, 1)'));
  assert.ok(hungry.peakMib > 200 && hungry.peakMib < 400, `${hungry.peakMib} MiB`);
  const modest = await runMeasured(['true']);
  assert.ok(modest.peakMib < 30, `${modest.peakMib} MiB`);
});

test('status, input and output are the process’s own, and its environment is what it is given', async () => {
  const told = await runMeasured(['sh', '-c', 'cat; echo "$WHAT${HOME-}"; exit 3'], { WHAT: 'ever' }, 'in\n');
  assert.equal(told.stdout, 'in\never\n');
  assert.equal(told.status, 3);
  assert.equal((await runMeasured(['sh', '-c', 'kill -9 $$'])).status, 137);
});
