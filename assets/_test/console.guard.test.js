import assert from 'node:assert/strict';
import test from 'node:test';
import { AGAIN, Guard, HOLD } from '../console/guard.js';
import { FakeClock } from './fakes.js';

function setUp() {
  const clock = new FakeClock();
  let acts = 0;
  const states = /** @type {string[]} */ ([]);
  const guard = new Guard({ go: () => { acts++; }, changed: () => states.push(guard.state), now: clock.now, later: clock.setTimeout, never: clock.clearTimeout });
  return { clock, guard, states, get acts() { return acts; } };
}

test('the first press arms the button, and the second acts', () => {
  const g = setUp();
  g.guard.press();
  assert.equal(g.guard.state, 'armed');
  assert.equal(g.acts, 0);
  g.clock.advance(AGAIN.from);
  g.guard.press();
  assert.equal(g.acts, 1);
  assert.equal(g.guard.state, '');
  g.guard.press();
  assert.equal(g.acts, 1, 'the next one begins anew');
  assert.deepEqual(g.states, ['armed', '', 'armed']);
});

test('a double click, a triple click and a bouncing key count as one press', () => {
  const g = setUp();
  for (let i = 0; i < 8; i++) {
    g.guard.press();
    g.clock.advance(AGAIN.from / 8 - 1);
  }
  assert.equal(g.acts, 0);
  g.clock.advance(AGAIN.from);
  g.guard.press();
  assert.equal(g.acts, 1);
});

test('a first press expires, or is cancelled', () => {
  const g = setUp();
  g.guard.press();
  g.clock.advance(AGAIN.to);
  assert.equal(g.guard.state, '');
  g.guard.press();
  assert.equal(g.acts, 0);
  g.guard.disarm();
  g.clock.advance(AGAIN.from);
  g.guard.press();
  assert.equal(g.acts, 0);
  assert.equal(g.clock.pending, 1, 'one timer at most');
});

test('holding the button acts once, and the click that follows does nothing', () => {
  const g = setUp();
  g.guard.hold();
  assert.equal(g.guard.state, 'holding');
  g.clock.advance(HOLD - 1);
  assert.equal(g.acts, 0);
  g.clock.advance(1);
  assert.equal(g.acts, 1);
  g.guard.release();
  g.guard.press(); // the click at its end
  assert.equal(g.acts, 1);
  assert.equal(g.guard.state, '');
  g.guard.hold();
  g.clock.advance(200);
  g.guard.release();
  g.guard.press();
  assert.equal(g.acts, 1, 'let go early it is a first press');
  assert.equal(g.guard.state, 'armed');
});

test('a hold released outside the button leaves no state', () => {
  const g = setUp();
  g.guard.hold();
  g.clock.advance(HOLD);
  g.guard.release(); // released off the button: no click follows
  g.clock.advance(100);
  g.guard.press();
  assert.equal(g.guard.state, 'armed', 'the next press counts');
  assert.equal(g.acts, 1);
});
