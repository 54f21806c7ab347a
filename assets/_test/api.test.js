import assert from 'node:assert/strict';
import test from 'node:test';
import { ApiError, call } from '../shared/api.js';

/** @param {BodyInit|null} body @param {number} status */
const answering = (body, status) => /** @type {any} */ (async () => new Response(body, { status }));

test('an empty answer is null, and a whole one its JSON', async () => {
  assert.equal(await call('POST', '/x', {}, answering(null, 204)), null);
  assert.deepEqual(await call('GET', '/x', undefined, answering('{"n":1}', 200)), { n: 1 });
});

test('half an answer and a login page are not a success', async () => {
  const offline = (/** @type {unknown} */ fault) => fault instanceof ApiError && fault.code === 'offline';
  const lost = new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('{"n":')); c.error(new Error('lost')); } });
  await assert.rejects(call('POST', '/x', {}, answering(lost, 200)), offline);
  await assert.rejects(call('POST', '/x', {}, answering('{"results":[', 200)), offline);
  await assert.rejects(call('POST', '/x', {}, answering('<html>Welcome to our Wi-Fi</html>', 200)), offline);
});

test('a refusal without words keeps its status', async () => {
  await assert.rejects(call('POST', '/x', {}, answering('<html>Bad Gateway</html>', 502)), (fault) => fault instanceof ApiError && fault.status === 502 && fault.code === 'internal');
});

test('a call that is never answered, or half, ends as offline', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const offline = (/** @type {unknown} */ fault) => fault instanceof ApiError && fault.code === 'offline';
  const silent = /** @type {any} */ ((/** @type {string} */ _, /** @type {{ signal: AbortSignal }} */ { signal }) => new Promise((__, fail) => {
    signal.addEventListener('abort', () => fail(signal.reason));
  }));
  const hanging = /** @type {any} */ (async (/** @type {string} */ _, /** @type {{ signal: AbortSignal }} */ { signal }) => new Response(new ReadableStream({
    start(c) { signal.addEventListener('abort', () => c.error(signal.reason)); },
  })));
  for (const fetcher of [silent, hanging]) {
    const long = call('PUT', '/x', { text: 'x'.repeat(1_000_000) }, fetcher), short = call('POST', '/x', undefined, fetcher);
    let ended = false;
    void long.catch(() => { ended = true; });
    t.mock.timers.tick(60_000);
    await assert.rejects(short, offline);
    assert.equal(ended, false, 'a long body has more time');
    t.mock.timers.tick(1_100_000);
    await assert.rejects(long, offline);
  }
});
