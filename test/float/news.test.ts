/** What was told since the last look: nothing of it is lost, and nothing wakes anybody in vain. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openNews } from '../../src/float/news.ts';
import { FakeWorld } from '../eni/fake-world.ts';

const ADDRESS = '10.10.1.99';
const open = (world = new FakeWorld()) => ({ world, news: openNews([ADDRESS], 'net1', world) });
const notice = (name: string, address: string, isDeletion = false) => ({
  interface: name,
  address,
  isDeletion,
});

test('nothing is looked at before the kernel is listened to, and then at once', () => {
  const { news } = open();
  assert.equal(news.isDue(), false);
  news.onReady();
  assert.equal(news.isDue(), true);
});

test('notices about the interface or the address are news, others are not', () => {
  for (const [name, address, isNews] of [
    ['net1', ADDRESS, true],
    ['net1', '10.10.1.5', true],
    ['old-name', ADDRESS, true],
    ['eth0', '10.10.1.5', false],
  ] as const) {
    const { news } = open();
    news.onNotice(notice(name, address));
    assert.equal(news.isDue(), isNews, `${name} ${address}`);
  }
});

test('notices that the kernel could not deliver are news', () => {
  const { news } = open();
  news.onGap();
  assert.equal(news.isDue(), true);
});

test('take() tells when the first was told and what went, once, and of the interface only', async () => {
  const { news, world } = open();
  await world.sleep(10);
  news.onNotice(notice('net1', ADDRESS, true));
  await world.sleep(5);
  news.onNotice(notice('net1', ADDRESS));
  assert.deepEqual(news.take(), { since: 10, gone: new Set([ADDRESS]) });
  assert.equal(news.isDue(), false);
  news.onNotice(notice('net2', ADDRESS, true));
  assert.deepEqual(news.take(), { since: 15, gone: new Set() });
});

test('putBack() keeps what could not be looked at, and does not hurry', async () => {
  const { news, world } = open();
  news.onNotice(notice('net1', ADDRESS, true));
  const unseen = news.take();
  news.putBack(unseen, 100);
  assert.equal(news.isDue(), false);
  await news.wait(Infinity);
  assert.equal(world.elapsed(), 100);
  assert.deepEqual(news.take(), { since: 0, gone: new Set([ADDRESS]) });
});

test('wait() ends by a ring, at its time, or for the look that is due without news', async () => {
  const { news, world } = open();
  const waiting = news.wait(Infinity);
  news.ring();
  await waiting;
  await news.wait(50);
  assert.equal(world.elapsed(), 50);
  news.take();
  await news.wait(Infinity);
  assert.equal(world.elapsed(), 30_050);
  assert.equal(news.isDue(), true);
});

test('wait() throws what somebody else failed with', async () => {
  const { news } = open();
  const waiting = news.wait(Infinity);
  news.fail(new Error('bug'));
  await assert.rejects(waiting, /bug/);
});
