// The belts that move comments, with elements and animations of the test.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Belts } from '../overlay/belts.js';

/** An element with only what belts use. */
function element() {
  return {
    children: [], parentNode: null, motions: [],
    append(child) {
      child.remove();
      child.parentNode = this;
      this.children.push(child);
    },
    remove() {
      if (this.parentNode) this.parentNode.children = this.parentNode.children.filter((c) => c !== this);
      this.parentNode = null;
    },
    animate(frames, timing) {
      const motion = { frames, timing, startTime: null, currentTime: null, state: 'running', pause() { this.state = 'paused'; }, cancel() { this.state = 'idle'; } };
      this.motions.push(motion);
      return motion;
    },
  };
}

function setUp() {
  globalThis.document = { createElement: element };
  const root = element();
  const clock = { now: 5000, running: true, timelineTime: (at) => at + 100 };
  return { root, clock, belts: new Belts(root, clock) };
}

const left = (end, v = 0.2) => ({ v, way: -1, crisp: true, end });

test('comments of one speed and direction share a belt', () => {
  const { root, belts } = setUp();
  const [a, b, c, d] = Array.from({ length: 4 }, element);
  assert.equal(Math.abs(belts.take(a, left(15_000), 5000)), 0);
  assert.equal(belts.take(b, left(17_000), 7000), -400); // the belt has moved to the left meanwhile
  assert.equal(root.children.length, 1);
  assert.deepEqual(root.children[0].children, [a, b]);
  const { timing, frames, startTime } = root.children[0].motions[0];
  assert.equal(startTime, 5100);
  assert.equal(frames[0].easing, 'steps(65536)');
  assert.equal(frames[1].transform, 'translate3d(-65536px,0px,0)');
  assert.ok(Math.abs(timing.duration - 65_536 / 0.2) < 1e-6);

  assert.equal(Math.abs(belts.take(c, { ...left(15_000), way: 1 }, 5000)), 0);
  belts.take(d, left(15_000, 0.3), 5000);
  assert.equal(root.children.length, 3);
});

test('a belt goes with its last comment', () => {
  const { root, belts } = setUp();
  const [a, b] = [element(), element()];
  belts.take(a, left(15_000), 5000);
  belts.take(b, left(16_000), 6000);
  const [belt] = root.children;
  belts.leave(a);
  assert.equal(belt.motions[0].state, 'running');
  assert.equal(a.parentNode, belt); // a spare element stays, so that its next comment need not move it
  belts.leave(b);
  belts.leave(b);
  assert.equal(belt.motions[0].state, 'idle');
  assert.equal(root.children.length, 0);
  assert.equal(Math.abs(belts.take(b, left(30_000), 20_000)), 0);
  assert.notEqual(root.children[0], belt);
});

test('a comment that an old belt would not carry to its end gets a new one', () => {
  const { root, belts } = setUp();
  const [a, b, c] = Array.from({ length: 3 }, element);
  belts.take(a, left(15_000), 5000);
  const end = 5000 + 65_536 / 0.2;
  belts.take(b, left(end - 1), end - 9000);
  assert.equal(root.children.length, 1);
  assert.equal(Math.abs(belts.take(c, left(end + 1), end - 8000)), 0);
  assert.equal(root.children.length, 2);
  belts.leave(a);
  belts.leave(b);
  assert.equal(root.children.length, 1);
  assert.equal(belts.take(b, left(end + 9), end - 7900), -20); // the newest is still known
});

test('a long way gets a belt as long', () => {
  const { root, belts } = setUp();
  belts.take(element(), left(5000 + 70_000 / 0.2), 5000);
  assert.equal(root.children[0].motions[0].frames[0].easing, 'steps(131072)');
});

test('a pause stops every belt at the time of the stage', () => {
  const { root, clock, belts } = setUp();
  belts.take(element(), left(15_000), 5000);
  Object.assign(clock, { running: false, now: 6500 });
  belts.pace();
  belts.take(element(), left(16_000, 0.3), 6000);
  const [first, second] = root.children.map((belt) => belt.motions[0]);
  assert.deepEqual([first.state, first.currentTime, second.state, second.currentTime], ['paused', 1500, 'paused', 500]);
  Object.assign(clock, { running: true, timelineTime: (at) => at + 900 });
  belts.pace();
  assert.equal(first.startTime, 5900);
});
