import assert from 'node:assert/strict';
import test from 'node:test';
import { Acts } from '../console/acts.js';
import { Queue } from '../console/queue.js';

test('a decision without an answer fails after a time, and can be made again', async (t) => {
  const late = new AbortController();
  t.mock.method(AbortSignal, 'timeout', () => late.signal);
  /** @type {string[]} */ const asked = [];
  t.mock.method(globalThis, 'fetch', (/** @type {string} */ path, /** @type {RequestInit} */ init) => new Promise((_, reject) => {
    asked.push(path);
    init.signal?.addEventListener('abort', () => reject(init.signal?.reason));
  }));
  /** @type {any[]} */ const notices = [];
  const store = /** @type {any} */ ({ me: 'Ann', path: (/** @type {string[]} */ ...parts) => parts.join('/'), notify() {}, notice: (/** @type {any} */ n) => notices.push(n.text), words: { lang: 'en', t: (/** @type {string} */ key) => key, has: () => true } });
  const queue = new Queue();
  /** @type {any} */ const item = { id: 'h1', text: 'held', at: 1, status: 'held' };
  queue.reset([item], 1);
  const acts = new Acts(store, /** @type {any} */ ({ get: () => undefined, all: [] }), queue, () => {}, /** @type {any} */ ({}));
  const decided = acts.decide('approve', ['h1']);
  assert.equal(item.busy, true);
  late.abort(new DOMException('too late', 'TimeoutError'));
  await decided;
  assert.equal(item.busy, false);
  assert.deepEqual([asked, notices], [['comments/h1/approve'], ['fault_offline']]);
  void acts.decide('approve', ['h1']);
  assert.equal(asked.length, 2);
});
