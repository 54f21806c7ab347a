import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameTimer } from '../overlay/frames.js';

/** A page whose frames the test triggers. */
function page(t) {
  const frames = new Map();
  let ids = 0;
  globalThis.requestAnimationFrame = (fn) => { frames.set(++ids, fn); return ids; };
  globalThis.cancelAnimationFrame = (id) => { frames.delete(id); };
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => { delete globalThis.requestAnimationFrame; delete globalThis.cancelAnimationFrame; });
  return () => { const due = [...frames.values()]; frames.clear(); for (const fn of due) fn(); };
}

test('the timer fires once, at the first frame after its time', (t) => {
  const frame = page(t);
  let rung = 0;
  new FrameTimer().set(() => rung++, 250);
  frame();
  t.mock.timers.tick(249);
  frame();
  assert.equal(rung, 0);
  t.mock.timers.tick(1);
  assert.equal(rung, 0, 'not before the frame');
  frame();
  frame();
  assert.equal(rung, 1);
});

test('a timer of 0 ms fires at the next frame', (t) => {
  const frame = page(t);
  let rung = 0;
  new FrameTimer().set(() => rung++, 0);
  assert.equal(rung, 0);
  frame();
  assert.equal(rung, 1);
});

test('a timer that was cleared or set again does not fire', (t) => {
  const frame = page(t);
  const timer = new FrameTimer();
  const rung = [];
  timer.set(() => rung.push('waits'), 100);
  timer.clear();
  timer.set(() => rung.push('at a frame'), 0);
  timer.set(() => rung.push('new'), 50);
  t.mock.timers.tick(100);
  frame();
  assert.deepEqual(rung, ['new']);
});
