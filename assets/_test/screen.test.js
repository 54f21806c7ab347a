import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Screen } from '../audience/screen.js';

/** A screen whose timers the test controls. */
function setUp(air, delay = 0) {
  const timers = [], said = [];
  const screen = new Screen((fn, ms) => timers.push({ fn, ms }));
  screen.set(air);
  screen.delay = delay;
  screen.sent((word) => said.push(word));
  return { screen, timers, said };
}

test('on air: a comment is sent, then on the screen after the delay and the latency', () => {
  const { timers, said } = setUp({ state: 'on', shown_ms: 240 }, 5000);
  assert.deepEqual(said, ['sent']);
  assert.deepEqual(timers.map(({ ms }) => ms), [5240]);
  timers[0].fn();
  assert.deepEqual(said, ['sent', 'shown']);
});

test('if the overlay leaves meanwhile the phone does not say that the comment is on the screen', () => {
  for (const [state, word] of [['none', 'sent_unseen'], ['hidden', 'sent']]) {
    const { screen, timers, said } = setUp({ state: 'on' });
    screen.set({ state });
    timers[0].fn();
    assert.deepEqual(said, ['sent', word]);
  }
});

test('no overlay, a hidden overlay, and a server that does not report overlays', () => {
  for (const [air, word] of [[{ state: 'none' }, 'sent_unseen'], [{ state: 'hidden' }, 'sent'], [{ state: 'of next year' }, 'sent'], [undefined, 'shown']]) {
    const { screen, timers, said } = setUp(air);
    assert.deepEqual([said, timers.length, screen.word], [[word], 0, word]);
  }
});
