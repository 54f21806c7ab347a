// The speed of comments, and the lines of long ones.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speed } from '../overlay/travel.js';
import { wrapped } from '../overlay/wrap.js';
import { graphemes } from '../shared/protocol.js';
import { setUp } from './stage.js';

const say = (id, over = {}) => ({ id, at: 0, text: 'hello', mode: 'scroll', color: '#ffffff', size: 'medium', name: '', user: 'u', badge: '', source: 'audience', ...over });
const each = (set) => [...set.renderer.shown.keys()];

test('every comment has the same speed, whatever its length and size, and stays until it has crossed', () => {
  const set = setUp();
  for (const [i, text] of ['6', 'x'.repeat(40), 'x'.repeat(100), 'x'.repeat(300)].entries()) set.stage.push([say(`${i}`, { text }), say(`r${i}`, { text, mode: 'reverse', size: 'big' })]);
  set.pass(0);
  assert.equal(each(set).length, 8);
  for (const { v, w, t, until } of each(set)) {
    assert.equal(Math.round(v * 1000), 213);
    assert.equal(Math.round((until - t) * v), 1920 + w);
  }
});

test('the speed is within 160 and 420 px a second at 1080 lines, and grows with the picture', () => {
  for (const [width, height, pace, want] of [
    [1920, 1080, 0, 213.3], [1920, 1080, 300, 300], [3840, 2160, 300, 600], [3840, 2160, 0, 426.7], [1280, 720, 160, 106.7],
    [1080, 1920, 0, 160], [400, 1080, 0, 59.3], [2560, 1080, 0, 284.4], [1920, 200, 0, 210], [1, 1, 0, 0.1],
  ]) assert.ok(Math.abs(speed({ width, height }, pace) * 1000 - want) < 0.1, `${width} x ${height}, ${pace}: ${speed({ width, height }, pace) * 1000}`);
  for (let width = 100; width < 8000; width += 137) {
    for (const pace of [0, 160, 420]) {
      const lines = Math.max(Math.min(width, 1080), (width * 9) / 32) / 1080;
      const v = (speed({ width, height: 1080 }, pace) * 1000) / lines;
      assert.ok(v > 159.999 && v < 420.001, `${width}, ${pace}: ${v}`);
    }
  }
});

test('the speed depends on the whole picture, not on the part that styles leave', () => {
  const set = setUp({ pace: 400 }, { width: 800, height: 300, picture: { width: 1920, height: 1080 } });
  set.stage.push([say('a')]);
  set.pass(0);
  assert.equal(Math.round(each(set)[0].v * 1000), 400);
});

test('duration: every comment crosses in the same time, so long ones are faster', () => {
  const set = setUp({ duration: 5 });
  set.stage.push([say('a'), say('b', { text: 'x'.repeat(200) })]);
  set.pass(0);
  for (const { v, w, t, m, until } of each(set)) {
    assert.deepEqual([until - t, Math.round(v * 5000)], [5000, Math.round(m + w)]);
    assert.ok(m >= 1920 && m + w < 1.011 * (1920 + w), `${m}`);
  }
});

test('duration: comments of many widths share few speeds', () => {
  const set = setUp({ duration: 8, overlap: true, limit: 2000 });
  set.stage.push(Array.from({ length: 40 }, (_, i) => say(`c${i}`, { text: 'x'.repeat(i + 1) })));
  set.pass(0);
  const all = each(set);
  assert.equal(all.length, 40);
  assert.ok(new Set(all.map(({ v }) => v)).size <= 32);
});

test('after an absence a long comment is still crossing', () => {
  const set = setUp();
  set.stage.setHidden(true);
  set.stage.push([say('long', { text: 'x'.repeat(300) }), say('short')]);
  set.pass(15_000);
  set.stage.setHidden(false);
  assert.deepEqual(each(set).map((item) => [item.parts[0].id, set.timeline.currentTime - item.t]), [['long', 15_000]]);
});

const plain = (pieces) => pieces.map((piece) => (typeof piece === 'string' ? piece : '▢')).join('');

test('a text over 60 graphemes is broken into lines of at most so many, at a space where one is near', () => {
  const words = 'the quick brown fox jumps over the lazy dog and runs away '.repeat(6).trim();
  for (const text of ['字'.repeat(300), words, '👨‍👩‍👧‍👦'.repeat(130), 'x'.repeat(301), '短い。'.repeat(40)]) {
    const lines = plain(wrapped([text], 60, 10)).split('\n');
    assert.ok(lines.length > 1 && lines.length <= 10);
    for (const line of lines) assert.ok(graphemes(line).length <= 60, `${graphemes(line).length}: ${line}`);
    assert.equal(lines.join(''), text, 'nothing is lost');
    for (const line of lines.slice(1)) assert.doesNotMatch(line, /^[。 ]/);
  }
  assert.ok(plain(wrapped([words], 60, 10)).split('\n').every((line) => !/\b(th|qui|bro|jum|ov|la)$/.test(line)), 'no word is cut');
  for (const [text, most, lines] of [['x'.repeat(60), 60, 9], ['x'.repeat(300), 0, 9], ['x'.repeat(300), 60, 1]]) assert.deepEqual(wrapped([text], most, lines), [text]);
});

test('a stage of small height has fewer and longer lines', () => {
  for (const most of [2, 3, 4]) assert.ok(plain(wrapped(['a bc def '.repeat(33)], 60, most)).split('\n').length <= most);
});

test('a picture counts as one grapheme and is never lost', () => {
  const emote = { picture: '/emotes/x', name: 'x' };
  const pieces = wrapped(['a'.repeat(59), emote, 'b'.repeat(30)], 60, 5);
  assert.equal(plain(pieces), `${'a'.repeat(45)}\n${'a'.repeat(14)}▢${'b'.repeat(30)}`, 'lines of equal length');
  assert.equal(pieces[3], emote);
});
