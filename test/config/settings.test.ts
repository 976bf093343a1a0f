/** Settings: never a reason to fail. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from '../../src/config/settings.ts';

const defaults = {
  dataDir: '/var/lib/cni/eni-local',
  timeoutMs: 30_000,
  onReleaseFailure: 'error',
  log: { level: 'warn', file: undefined },
};

const broken = {
  dataDir: '',
  logFile: '',
  logLevel: 'loud',
  eni: { timeout: -1, onReleaseFailure: 'never' },
};
for (const json of [undefined, {}, { ipam: {} }, { ipam: { dataDir: 3, eni: [] } }, { ipam: broken }]) {
  test(`readSettings() has the defaults for ${JSON.stringify(json)}`, () => {
    assert.deepEqual(readSettings(json), defaults);
  });
}

test('readSettings() reads what is given, beside what is broken', () => {
  const ipam = {
    ranges: 'broken',
    dataDir: '/run/eni-local',
    logFile: '/var/log/eni-local.log',
    logLevel: 'debug',
    eni: { timeout: 2.5, onReleaseFailure: 'defer', unknown: true },
  };
  assert.deepEqual(readSettings({ ipam }), {
    dataDir: '/run/eni-local',
    timeoutMs: 2500,
    onReleaseFailure: 'defer',
    log: { level: 'debug', file: '/var/log/eni-local.log' },
  });
});
