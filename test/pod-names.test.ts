/** Names of pods, and the patterns that they fit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAmong, isPodName, isPodPattern, podNameOf } from '../src/pod-names.ts';

const fits: [pattern: string, name: string, expected: boolean][] = [
  ['shop/api-0', 'shop/api-0', true],
  ['shop/api-0', 'shop/api-00', false],
  ['shop/api-0', 'other/api-0', false],
  ['shop/api-*', 'shop/api-7d9f-x2k', true],
  ['shop/api-*', 'shop/api-', true],
  ['shop/api-*', 'shop/api', false],
  ['shop/api-*', 'shop/web-api-1', false],
  ['shop/*', 'shop/anything', true],
  ['shop/*', 'shop2/anything', false],
  ['*/api-*', 'other/api-1', true],
  ['shop-*/api', 'shop-blue/api', true],
  ['shop/*-canary', 'shop/api-canary', true],
  ['shop/*-canary', 'shop/api-canary-2', false],
  ['shop/api-*-v2', 'shop/api-x-v2', true],
  ['shop/api-*-v2', 'shop/api-v2', false],
  ['shop/a*b*c', 'shop/a-b-b-c', true],
  ['shop/a*b*c', 'shop/a-c-b', false],
  ['shop/ab*ba', 'shop/aba', false],
  ['shop/ab*ba', 'shop/abba', true],
  ['shop/a**a', 'shop/aa', true],
  // A dot is a dot.
  ['shop/a.i', 'shop/api', false],
];
for (const [pattern, name, expected] of fits) {
  test(`isAmong() says that ${name} ${expected ? 'fits' : 'does not fit'} ${pattern}`, () => {
    assert.equal(isAmong(name, [pattern]), expected);
    assert.equal(isAmong(name, ['nobody/else', pattern]), expected);
  });
}

test('isAmong() finds no pattern for a pod without a name', () => {
  assert.equal(isAmong(undefined, ['*/*']), false);
});

test('isAmong() is quick on a pattern made to be slow', () => {
  const pattern = `shop/${'a*'.repeat(30)}b`;
  assert.equal(isAmong(`shop/${'a'.repeat(250)}`, [pattern]), false);
});

test('podNameOf() has both parts or nothing', () => {
  const pod = { namespace: 'shop', name: 'api-0', uid: 'u' };
  assert.equal(podNameOf(pod), 'shop/api-0');
  assert.equal(podNameOf({ ...pod, name: '' }), undefined);
  assert.equal(podNameOf({ ...pod, namespace: '' }), undefined);
  assert.equal(podNameOf(undefined), undefined);
});

test('isPodName() and isPodPattern() know what Kubernetes allows, and that a name is no pattern', () => {
  for (const text of ['shop/api-0', 'a/b', 'kube-system/coredns.x-1']) {
    assert.ok(isPodName(text), text);
    assert.ok(isPodPattern(text), text);
  }
  for (const text of ['shop/api-*', '*/*', 's*/api']) {
    assert.ok(!isPodName(text), text);
    assert.ok(isPodPattern(text), text);
  }
  for (const text of [
    '',
    'api-0',
    '/api',
    'shop/',
    'a/b/c',
    'Shop/api',
    'shop/api_0',
    'shop/ api',
    '*',
    'a/b?',
  ]) {
    assert.ok(!isPodName(text), text);
    assert.ok(!isPodPattern(text), text);
  }
  assert.ok(!isPodName('shop/-api'));
});
