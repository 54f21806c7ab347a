import assert from 'node:assert/strict';
import test from 'node:test';
import { Outbox, RETRY_AFTER } from '../audience/outbox.js';
import { FakeClock } from './fakes.js';

const draft = (/** @type {string} */ text) => ({ text, mode: 'scroll', color: '#ffffff', size: 'medium', name: '' });

/** @param {any[]} [kept] */
function start(kept) {
  const clock = new FakeClock();
  /** @type {any[]} */ const sent = [];
  /** @type {any[]} */ const log = [];
  /** @type {any} */ let stored = [];
  let wire = true, n = 0;
  const box = new Outbox({
    send: (frame) => { if (wire) sent.push(frame); return wire; },
    changed: (item) => log.push(['changed', item.text, item.state]),
    settled: (item, ack) => log.push(['settled', item.text, ack.outcome]),
    returned: (item, ack) => log.push(['returned', item.text, ack.code]),
    caughtUp: (count) => log.push(['caughtUp', count]),
    keep: (items) => { stored = structuredClone(items); },
    setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout,
    makeRef: () => `r${++n}`,
  }, kept);
  return { clock, sent, log, box, stored: () => stored, refs: () => sent.map((f) => f.ref), wire: (/** @type {boolean} */ on) => { wire = on; } };
}
const ack = (/** @type {string} */ ref, /** @type {string} */ outcome, more = {}) => ({ type: 'ack', ref, outcome, ...more });

test('comments are sent one at a time, in order', () => {
  const { box, refs } = start();
  box.online();
  box.add(draft('a')); box.add(draft('b'));
  assert.deepEqual(refs(), ['r1']);
  box.answered(ack('r1', 'shown'));
  assert.deepEqual(refs(), ['r1', 'r2']);
});

test('comments written offline are sent once on return', () => {
  const { box, refs, log, clock } = start();
  box.add(draft('a')); box.add(draft('b'));
  assert.deepEqual(refs(), []);
  box.online();
  box.answered(ack('r1', 'shown'));
  box.answered(ack('r2', 'shown'));
  clock.advance(100_000);
  assert.deepEqual(refs(), ['r1', 'r2']);
  assert.deepEqual(log.at(-1), ['caughtUp', 2]);
});

test('a comment whose connection closed before the answer is sent again with its ref', () => {
  const { box, refs, log } = start();
  box.online();
  box.add(draft('a'));
  box.offline();
  box.online();
  assert.deepEqual(refs(), ['r1', 'r1']);
  box.answered(ack('r1', 'shown'));
  box.answered(ack('r1', 'shown'));
  assert.equal(log.filter(([kind]) => kind === 'settled').length, 1, 'a second answer changes nothing');
});

test('a comment without an answer is sent again with its ref', () => {
  const { box, refs, clock } = start();
  box.online();
  box.add(draft('a'));
  clock.advance(RETRY_AFTER.answer);
  assert.deepEqual(refs(), ['r1', 'r1']);
});

test('after busy a comment is retried, and later ones wait for it', () => {
  const { box, refs, clock, log } = start();
  box.online();
  box.add(draft('a')); box.add(draft('b'));
  box.answered(ack('r1', 'refused', { code: 'busy', wait_ms: 3000 }));
  assert.deepEqual(log.at(-1), ['changed', 'a', 'retrying']);
  clock.advance(2999);
  assert.deepEqual(refs(), ['r1']);
  clock.advance(100);
  assert.deepEqual(refs(), ['r1', 'r1']);
  box.answered(ack('r1', 'shown'));
  assert.deepEqual(refs(), ['r1', 'r1', 'r2']);
});

test('slow_down returns a comment to the person who just wrote it', () => {
  const { box, log, clock, refs } = start();
  box.online();
  box.add(draft('a'));
  box.answered(ack('r1', 'refused', { code: 'slow_down', wait_ms: 1500 }));
  assert.deepEqual(log.at(-1), ['returned', 'a', 'slow_down']);
  clock.advance(60_000);
  assert.deepEqual(refs(), ['r1']);
});

test('slow_down makes a queued comment wait and retry', () => {
  const { box, refs, clock, log } = start();
  for (const text of ['a', 'b', 'c']) box.add(draft(text));
  box.online();
  box.answered(ack('r1', 'shown'));
  box.answered(ack('r2', 'refused', { code: 'slow_down', wait_ms: 2000 }));
  clock.advance(1999);
  assert.deepEqual(refs(), ['r1', 'r2']);
  clock.advance(100);
  assert.deepEqual(refs(), ['r1', 'r2', 'r2']);
  box.answered(ack('r2', 'shown'));
  box.answered(ack('r3', 'held', { id: 'x' }));
  assert.deepEqual(log.at(-1), ['caughtUp', 3]);
});

test('permanent refusals settle a comment, temporary ones return it', () => {
  for (const [code, kind] of [['refused', 'settled'], ['duplicate', 'settled'], ['muted', 'returned'], ['room_paused', 'returned'], ['too_long', 'returned'], ['empty', 'returned']]) {
    const { box, log } = start();
    box.online();
    box.add(draft('a'));
    box.answered(ack('r1', 'refused', { code }));
    assert.equal(log.at(-1)[0], kind, code);
    assert.equal(box.items.length, 0);
  }
});

test('a held comment is settled again when a moderator has decided', () => {
  const { box, log } = start();
  box.online();
  box.add(draft('a'));
  box.answered(ack('r1', 'held', { id: 'x' }));
  box.add(draft('b'));
  box.answered(ack('r1', 'shown', { id: 'x' }));
  box.answered(ack('r2', 'shown'));
  assert.deepEqual(log.filter(([kind]) => kind === 'settled'), [['settled', 'a', 'held'], ['settled', 'a', 'shown'], ['settled', 'b', 'shown']]);
});

test('unanswered comments survive a reload with their refs', () => {
  const first = start();
  first.box.online();
  first.box.add(draft('a')); first.box.add(draft('b'));
  first.box.answered(ack('r1', 'shown'));
  const second = start(first.stored());
  second.box.online();
  assert.deepEqual(second.refs(), ['r2']);
  second.box.answered(ack('r2', 'shown'));
  assert.deepEqual(second.stored(), []);
});

test('with any connection faults each comment is settled once and in order', () => {
  let seed = 11;
  const rnd = (/** @type {number} */ n) => { seed = (seed * 1103515245 + 12345) % 2147483648; return (seed >> 8) % n; };
  for (let round = 0; round < 200; round++) {
    const { box, sent, log, clock, wire } = start();
    const bound = new Map(); // the server: ref -> text
    let written = 0, read = 0, up = false;
    const serve = () => {
      while (read < sent.length) {
        const f = sent[read++];
        const busy = !bound.has(f.ref) && rnd(4) === 0;
        if (!busy) bound.set(f.ref, f.text);
        if (rnd(5) === 0) continue; // the answer is lost
        box.answered(busy ? ack(f.ref, 'refused', { code: 'busy', wait_ms: 500 }) : ack(f.ref, 'shown'));
      }
    };
    for (let step = 0; step < 60; step++) {
      switch (rnd(4)) {
        case 0: if (written < 8) box.add(draft(`t${written++}`)); break;
        case 1: up = !up; wire(up); if (up) box.online(); else box.offline(); break;
        case 2: clock.advance(rnd(10_000)); break;
        default: if (up) serve();
      }
    }
    wire(true); box.online();
    for (let i = 0; i < 200 && box.items.length > 0; i++) { serve(); clock.advance(RETRY_AFTER.answer); }
    assert.equal(box.items.length, 0);
    assert.deepEqual(log.filter(([k]) => k === 'settled').map(([, text]) => text), Array.from({ length: written }, (_, i) => `t${i}`));
    assert.deepEqual([...bound.values()], Array.from({ length: written }, (_, i) => `t${i}`));
  }
});

test('a comment too large for the server is returned, not sent', () => {
  const { box, sent, log } = start();
  box.online();
  box.add(draft(`a${'\u0301'.repeat(3000)}`));
  box.add(draft('b'));
  assert.deepEqual(sent.map((f) => f.text), ['b']);
  assert.deepEqual(log.filter(([kind]) => kind === 'returned').map(([, , code]) => code), ['too_long']);
});

test('held comments are queried on return, also by later pages, and a limit does not answer', () => {
  const first = start();
  first.box.online();
  for (const text of ['a', 'b', 'c', 'd']) first.box.add(draft(text));
  for (const ref of ['r1', 'r2', 'r3', 'r4']) first.box.answered(ack(ref, 'held', { id: ref }));
  const { box, refs, log, stored } = start(first.stored());
  assert.deepEqual(box.kept.map((i) => i.state), ['held', 'held', 'held', 'held']);
  box.online();
  assert.deepEqual(refs(), ['r2', 'r3', 'r4'], 'no more than a burst');
  box.answered(ack('r2', 'held', { id: 'r2' }));
  box.answered(ack('r3', 'refused', { code: 'slow_down', wait_ms: 2000 }));
  assert.deepEqual(log, []);
  box.answered(ack('r3', 'refused', { code: 'refused' }));
  box.answered(ack('r4', 'shown', { id: 'r4' }));
  assert.deepEqual(log, [['settled', 'c', 'refused'], ['settled', 'd', 'shown']]);
  assert.deepEqual(stored().map((/** @type {any} */ i) => i.text), ['a', 'b']);
});

test('returned comments are kept until edited and never sent automatically', () => {
  const first = start();
  first.box.online();
  for (let i = 0; i < 25; i++) {
    const item = first.box.add(draft(`t${i}`));
    first.box.answered(ack(item.ref, 'refused', { code: 'refused' }));
    first.box.keepRefused(item);
  }
  const { box, refs, stored } = start(first.stored());
  assert.deepEqual(box.kept.map((i) => i.text), Array.from({ length: 20 }, (_, i) => `t${i + 5}`));
  box.online();
  assert.deepEqual(refs(), []);
  box.forget(box.kept[0]);
  assert.equal(stored().length, 19);
});
