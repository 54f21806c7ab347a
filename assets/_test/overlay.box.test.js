// The chat box without a page: the test controls its time and its drawing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasMark, hueOf } from '../overlay/box-parts.js';
import { Box, MOST } from '../overlay/box.js';
import { StageClock } from '../overlay/clock.js';
import { LIST } from '../shared/options.js';

let made = 0;
const say = (over = {}) => ({ id: `c${++made}`, at: 0, text: 'hello', mode: 'scroll', color: '#ffffff', size: 'medium', name: '', user: 'u', badge: '', source: 'audience', ...over });

/** @param {any} changes options @param {any} on */
function setUp(changes = {}, on = {}) {
  const timeline = { currentTime: 1000 };
  /** @type {{fn: () => void, at: number}|null} */ let timer = null;
  const log = /** @type {string[]} */ ([]);
  const shown = () => lines.map((line) => (line.parts.length > 1 ? `${line.parts[0].text}×${line.parts.length}` : line.parts[0].text));
  /** @type {any[]} */ let lines = [];
  const view = {
    add(/** @type {any} */ line) { line.view = {}; lines.push(line); },
    write(/** @type {any} */ line) { log.push(`write ${line.parts[0].id}`); },
    drop(/** @type {any} */ line, /** @type {string} */ why) { log.push(`${why} ${line.parts[0]?.id ?? ''}`.trim()); line.view = null; lines = lines.filter((one) => one !== line); },
  };
  const box = new Box({
    view, clock: new StageClock(timeline), options: { ...LIST, ...changes }, on,
    timer: { set: (fn, ms) => { timer = { fn, at: timeline.currentTime + ms }; }, clear: () => { timer = null; } },
  });
  const pass = (/** @type {number} */ ms) => {
    const end = timeline.currentTime + ms;
    while (timer && timer.at <= end) {
      const { fn, at } = timer;
      timer = null;
      timeline.currentTime = Math.max(timeline.currentTime, at);
      fn();
    }
    timeline.currentTime = end;
  };
  return { box, pass, shown, log, idle: () => timer === null };
}

test('comments are shown once each, in order of arrival, and an idle box does no work', () => {
  const { box, pass, shown, idle } = setUp();
  box.push([say({ id: 'a', text: 'a' }), say({ id: 'b', text: 'b' })]);
  box.push([say({ id: 'a', text: 'a' }), say({ id: 'c', text: 'c' })]);
  pass(0);
  assert.deepEqual(shown(), ['a', 'b', 'c']);
  assert.ok(idle(), 'a quiet list has no timer');
  box.push([say({ text: '  ' })]);
  pass(1000);
  assert.deepEqual(shown(), ['a', 'b', 'c']);
  assert.equal(box.stats().received, 3);
});

test('a flood is drawn four times a second, and only the lines that fit', () => {
  let ticks = 0;
  const { box, pass, shown } = setUp({ limit: 20 }, { place: () => ticks++ });
  for (let i = 0; i < 1000; i++) {
    box.push([say({ text: String(i) })]);
    pass(1);
  }
  pass(250);
  assert.deepEqual(shown(), Array.from({ length: 20 }, (_, i) => String(980 + i)));
  assert.ok(ticks <= 6 * 20, `${ticks} lines were drawn in a second`);
  const { received, placed, dropped, active } = box.stats();
  assert.deepEqual([received, active], [1000, 20]);
  assert.equal(placed + dropped.full - (placed - active), 1000, 'every comment is drawn or told as lost');
});

test('the box never has more lines than fit', () => {
  const { box, pass, shown } = setUp({ limit: 2000 });
  box.push(Array.from({ length: 2000 }, () => say()));
  assert.ok(box.stats().queued <= 2000);
  pass(0);
  assert.equal(shown().length, MOST);
  box.setHidden(true);
  for (let i = 0; i < 50; i++) box.push(Array.from({ length: 100 }, () => say()));
  const { active, queued } = box.stats();
  assert.ok(active + queued <= MOST, 'while hidden, too');
});

test('with stay each comment leaves after its time, by its age', () => {
  const { box, pass, shown, idle } = setUp({ stay: 10 });
  box.push([say({ text: 'old' })], () => 7000);
  box.push([say({ text: 'new' })]);
  pass(2999);
  assert.deepEqual(shown(), ['old', 'new']);
  pass(1);
  assert.deepEqual(shown(), ['new']);
  pass(7000);
  assert.deepEqual(shown(), []);
  assert.ok(idle());
  box.push([say({ text: 'gone before it was drawn' })], () => 10_000);
  pass(0);
  assert.deepEqual(shown(), []);
  box.push([say({ text: 'stands' })]);
  pass(250);
  box.pause();
  pass(60_000);
  assert.deepEqual(shown(), ['stands'], 'a pause stops its time');
  box.resume();
  pass(9700);
  assert.deepEqual(shown(), ['stands']);
  box.config({ ...LIST, stay: 0 });
  pass(60_000);
  assert.deepEqual(shown(), ['stands']);
});

test('a removed comment disappears at once, drawn or not, in a hidden box or not', () => {
  for (const hidden of [false, true]) {
    const { box, pass, shown, log } = setUp();
    box.push([say({ id: 'a', text: 'a', user: 'x' }), say({ id: 'b', text: 'b', user: 'y' }), say({ id: 'c', text: 'c', user: 'y' })]);
    pass(0);
    if (hidden) box.setHidden(true);
    box.push([say({ id: 'd', text: 'd', user: 'x' })]);
    box.remove({ ids: ['a', 'nobody'] });
    assert.deepEqual(shown(), ['b', 'c']);
    box.remove({ user: 'y' });
    assert.deepEqual(shown(), []);
    box.remove({ ids: ['d'] });
    assert.deepEqual(log, ['taken', 'taken', 'taken']);
    box.push([say({ id: 'e', text: 'e' })]);
    box.clear();
    box.setHidden(false);
    pass(1000);
    assert.deepEqual(shown(), []);
    assert.equal(box.stats().removed, 5);
  }
});

test('a hidden box draws nothing, and then looks as if it had never been hidden', () => {
  const latencies = /** @type {string[]} */ ([]);
  const { box, pass, shown } = setUp({ limit: 3 }, { show: (/** @type {any} */ c) => latencies.push(c.text) });
  box.push([say({ text: '1' }), say({ text: '2' })]);
  pass(0);
  box.setHidden(true);
  box.push([say({ text: '3' }), say({ text: '4' })]);
  pass(5000);
  assert.ok(!shown().includes('3'));
  box.setHidden(false);
  pass(0);
  assert.deepEqual(shown(), ['2', '3', '4']);
  assert.deepEqual(latencies, ['1', '2'], 'only what was not waiting says how long it took');
});

test('with merge equal comments become one, and a removal lowers the count', () => {
  const { box, pass, shown, log } = setUp({ merge: true });
  box.push([say({ id: 'a', text: 'lol' }), say({ id: 'b', text: 'lol' }), say({ id: 'p', text: 'lol', paid: { amount: 1, currency: 'USD', level: 1 } }), say({ id: 'h', text: 'lol', badge: 'owner' })]);
  pass(0);
  assert.deepEqual(shown(), ['lol×2', 'lol', 'lol']);
  box.push([say({ id: 'c', text: 'lol' })]);
  pass(250);
  assert.deepEqual(shown()[0], 'lol×3');
  box.remove({ ids: ['a', 'c'] });
  assert.deepEqual(shown()[0], 'lol');
  assert.deepEqual(log.slice(-2), ['write b', 'write b']);
});

test('platforms with an icon have a mark, others a word or nothing', () => {
  assert.deepEqual(['twitch', 'youtube', 'bilibili', 'kick', 'tiktok', 'niconico', 'other', 'audience', 'api', 'replay', '<b>'].map(hasMark), [true, true, true, ...Array(8).fill(false)]);
});

test('an author’s colour is the same each time, and neighbours differ', () => {
  assert.equal(hueOf('u7f3a'), hueOf('u7f3a'));
  const hues = ['u1', 'u2', 'u3', 'u4'].map(hueOf);
  assert.equal(new Set(hues.map((hue) => Math.round(hue / 20))).size, 4);
});
