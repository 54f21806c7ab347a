import assert from 'node:assert/strict';
import test from 'node:test';
import { bannerLines } from '../console/banner.js';

/** @typedef {import('../console/banner.js').BannerContent} BannerContent */

const banned = /** @type {BannerContent} */ ({ tone: 'good', text: '86 people are banned', undo: async () => {} });
const failed = /** @type {BannerContent} */ ({ tone: 'stop', text: 'Nothing was changed' });

test('the notice of an action is below a raid that waits for an answer', () => {
  const raid = /** @type {BannerContent} */ ({ tone: 'warn', text: '61 newcomers in 30 s', firm: true });
  for (const notice of [banned, failed]) assert.deepEqual(bannerLines(raid, notice), [raid, notice]);
  assert.deepEqual(bannerLines(raid, null), [raid, null]);
});

test('the notice of an action replaces a lasting state', () => {
  const paused = /** @type {BannerContent} */ ({ tone: 'warn', text: 'Comments are paused' });
  assert.deepEqual(bannerLines(paused, banned), [banned, null]);
  assert.deepEqual(bannerLines(paused, null), [paused, null]);
  assert.deepEqual(bannerLines(null, banned), [banned, null]);
  assert.deepEqual(bannerLines(null, null), [null, null]);
});

test('without a connection the banner shows nothing else', () => {
  const offline = /** @type {BannerContent} */ ({ tone: 'calm', text: 'No connection', first: true });
  assert.deepEqual(bannerLines(offline, banned), [offline, null]);
});
