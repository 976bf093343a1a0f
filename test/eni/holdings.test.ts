/** Who holds what in a subnet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocksOf, type Holding, holderOf } from '../../src/eni/holdings.ts';
import { span } from '../net/literals.ts';

const held = (text: string, eni: string): Holding => ({ span: span(text), eni, primary: false });

test('holderOf() is the ENI that has the address, or a prefix around it', () => {
  const holdings = [
    held('10.10.0.80/28', 'eni-0a'),
    held('10.10.0.99', 'eni-0b'),
    held('2600::/80', 'eni-0c'),
  ];
  const found = ['10.10.0.85', '10.10.0.99', '2600::9', '10.10.0.98'].map(
    (text) => holderOf(holdings, text)?.eni,
  );
  assert.deepEqual(found, ['eni-0a', 'eni-0b', 'eni-0c', undefined]);
});

test('holderOf() prefers the account of the very address', () => {
  const holdings = [held('10.10.0.80/28', 'eni-0a'), held('10.10.0.85', 'eni-0b')];
  assert.equal(holderOf(holdings, '10.10.0.85')?.eni, 'eni-0b');
  assert.equal(holderOf(holdings, '10.10.0.80/28')?.eni, 'eni-0a');
});

test('blocksOf() lists an address and a /28, and names as a prefix what cannot be listed', () => {
  assert.deepEqual(blocksOf(held('10.10.0.99', 'eni-0a')), ['10.10.0.99']);
  const listed = blocksOf(held('10.10.0.80/28', 'eni-0a'));
  assert.deepEqual([listed.length, listed[0], listed.at(-1)], [16, '10.10.0.80', '10.10.0.95']);
  assert.deepEqual(blocksOf(held('2600::/80', 'eni-0a')), ['2600::/80']);
});

test('holderOf() of a prefix is whoever has any part of it, and tells whether that is the very prefix', () => {
  const holdings = [held('10.10.0.80/28', 'eni-0a'), held('10.10.0.96', 'eni-0b'), held('2600::9', 'eni-0c')];
  const found = ['10.10.0.80/28', '10.10.0.96/28', '2600::/80', '10.10.0.112/28'].map((text) => {
    const holder = holderOf(holdings, text);
    return holder && `${holder.eni} ${holder.exact}`;
  });
  assert.deepEqual(found, ['eni-0a true', 'eni-0b false', 'eni-0c false', undefined]);
});
