import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Latency } from '../overlay/latency.js';

/** @param {number} behind ms that this machine's clock is behind the server's */
function setUp(behind) {
  let now = 1_000_000;
  const latency = new Latency(() => now - behind);
  return { latency, server: () => now, pass: (/** @type {number} */ ms) => { now += ms; } };
}

test('the latency is the median since the last heartbeat, at any clock offset', () => {
  for (const behind of [0, 3_600_000, -90_000]) {
    const { latency, server, pass } = setUp(behind);
    latency.greeted(server(), 0);
    for (const ms of [40, 64, 900]) {
      const at = server();
      pass(ms);
      latency.shown(at);
    }
    assert.deepEqual(latency.takeMedian(), { shown_ms: 64 });
    assert.deepEqual(latency.takeMedian(), {}, 'told once');
  }
});

test('a message that was late on its way does not make comments look fast', () => {
  const { latency, server, pass } = setUp(500);
  const sent = server();
  pass(300); // the greeting took that long
  latency.greeted(sent, 0);
  latency.beat(server());
  const at = server();
  pass(50);
  latency.shown(at);
  assert.deepEqual(latency.takeMedian(), { shown_ms: 50 });
});

test('missed comments and those of the page itself are not counted', () => {
  const { latency, server, pass } = setUp(0);
  latency.shown(server());
  assert.deepEqual(latency.takeMedian(), {}, 'before any greeting');
  latency.greeted(server(), 0);
  latency.shown(server() - 60_000);
  latency.shown(0);
  assert.deepEqual(latency.takeMedian(), {});
  pass(5000);
  latency.greeted(server(), 0);
  latency.shown(server() - 3000);
  assert.deepEqual(latency.takeMedian(), {}, 'missed between two connections');
});

test('a broadcast delay does not count as latency', () => {
  const { latency, server, pass } = setUp(0);
  latency.greeted(server(), 5000);
  const waiting = server() - 2000;
  pass(3020);
  latency.shown(waiting);
  assert.deepEqual(latency.takeMedian(), { shown_ms: 20 });
  latency.delayed(0);
  const at = server();
  pass(30);
  latency.shown(at);
  assert.deepEqual(latency.takeMedian(), { shown_ms: 30 });
});

test('a flood costs little memory', () => {
  const { latency, server } = setUp(0);
  latency.greeted(server(), 0);
  for (let i = 0; i < 100_000; i++) latency.shown(server() - (i < 500 ? 0 : 1));
  assert.deepEqual(latency.takeMedian(), { shown_ms: 0 });
});
