import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StageClock } from '../overlay/clock.js';
import { Dedupe, MERGE_MOST, keyOf } from '../overlay/dedupe.js';
import { demoComment } from '../overlay/demo.js';
import { Obs } from '../overlay/obs.js';
import { outlineKind, quoteFonts } from '../overlay/page.js';
import { Queue, rank } from '../overlay/queue.js';
import { lifted, oklab } from '../overlay/color.js';
import { contrast, emojiRuns, isCJK, needsLight, soundColor, withoutEmoji, words } from '../overlay/text.js';
import { pieces } from '../shared/emotes.js';
import { COLORS } from '../shared/protocol.js';

const waiting = (name, rank = 0, late = 2000) => ({ name, rank, late });
const names = (items) => [...items].map((item) => item.name).join(' ');

test('queue: hosts first, then moderators, in each the oldest first', () => {
  const queue = new Queue(10);
  for (const [name, badge] of [['a', ''], ['b', 'moderator'], ['c', 'owner'], ['d', ''], ['e', 'owner']]) queue.add(waiting(name, rank(badge)));
  assert.equal(names(queue), 'c e b a d');
});

test('queue: when full, the oldest of the lowest class is dropped', () => {
  const queue = new Queue(3);
  assert.equal(queue.add(waiting('m', 1)), null);
  queue.add(waiting('a'));
  queue.add(waiting('b'));
  assert.equal(queue.add(waiting('c')).name, 'a');
  assert.equal(queue.add(waiting('n', 1)).name, 'b');
  assert.equal(queue.add(waiting('o', 2)).name, 'c');
  assert.equal(queue.add(waiting('d')).name, 'd', 'nobody lower waits than the newcomer itself');
  assert.equal(queue.add(waiting('p', 2)).name, 'm');
  assert.equal(names(queue), 'o p n');
});

test('queue: comments that have waited too long are dropped', () => {
  const queue = new Queue();
  queue.add(waiting('a', 0, 100));
  queue.add(waiting('b', 2, 9000));
  queue.add(waiting('c', 0, 300));
  assert.equal(names(queue.expire(100)), '');
  assert.equal(names(queue.expire(301)), 'a c');
  assert.equal(queue.length, 1);
});

const said = (id, over) => ({ id, at: 0, text: '666', mode: 'scroll', color: '#ffffff', size: 'medium', name: '', user: `u${id}`, badge: '', source: 'audience', ...over });

test('dedupe: texts that look equal are equal; comments with badges never merge', () => {
  const key = keyOf(said('1'), false);
  assert.equal(keyOf(said('2', { name: 'x' }), false), key);
  assert.notEqual(keyOf(said('2', { name: 'x' }), true), key);
  for (const over of [{ text: '667' }, { color: '#000000' }, { size: 'big' }, { mode: 'top' }]) assert.notEqual(keyOf(said('2', over), false), key);
  assert.equal(keyOf(said('2', { badge: 'owner' }), false), '');
});

test('dedupe: an item counts equal comments and loses them one by one', () => {
  const dedupe = new Dedupe();
  const key = keyOf(said('1'), false);
  const item = { parts: [said('1')], key };
  dedupe.admit(item);
  assert.equal(dedupe.joinable(key), item);
  dedupe.join(item, said('2', { user: 'u1' }));
  dedupe.join(item, said('3'));
  assert.deepEqual(dedupe.idsOf('u1'), ['1', '2']);
  assert.equal(dedupe.part('1'), item);
  assert.equal(dedupe.part('1'), undefined);
  assert.deepEqual(item.parts.map((p) => p.id), ['2', '3']);
  assert.equal(dedupe.has('1'), false);
  dedupe.part('2');
  dedupe.part('3');
  dedupe.forget(item);
  assert.equal(dedupe.joinable(key), undefined);
});

test('dedupe: one item counts a bounded number, and then a newer one takes over', () => {
  const dedupe = new Dedupe();
  const old = { parts: Array.from({ length: MERGE_MOST }, (_, i) => said(`o${i}`)), key: 'k' };
  dedupe.admit(old);
  assert.equal(dedupe.joinable('k'), undefined);
  const item = { parts: [said('y')], key: 'k' };
  dedupe.admit(item);
  dedupe.forget(old);
  assert.equal(dedupe.joinable('k'), item);
  assert.equal(dedupe.has('o5'), false);
});

test('clock: a pause moves nothing', () => {
  const timeline = { currentTime: 1000 };
  const clock = new StageClock(timeline);
  clock.pause();
  timeline.currentTime = 5000;
  clock.pause();
  assert.equal(clock.now, 1000);
  clock.resume();
  assert.equal(clock.now, 1000);
  timeline.currentTime = 5100;
  assert.equal(clock.now, 1100);
  assert.equal(clock.timelineTime(1100), 5100);
});

test('text: every default colour contrasts with the dark outline, dark colours get a light one', () => {
  for (const color of COLORS) assert.ok(contrast(color, '#0b0e10') > 6, color);
  assert.ok(Math.abs(contrast('#ffffff', '#0b0e10') - 19.4) < 0.1);
  for (const color of ['#000000', '#0000ff', '#400040', '#333333']) assert.equal(needsLight(color), true, color);
  assert.equal(needsLight('#ff0000'), false);
  assert.equal(soundColor('red; background: url(x)'), '#ffffff');
  assert.equal(soundColor('#FF8000'), '#ff8000');
});

test('text: whole emoji are removed, text is kept', () => {
  for (const [text, want] of [
    ['go 👨‍👩‍👧‍👦 on', 'go on'], ['🇯🇵日本', '日本'], ['👋🏽', ''], ['1️⃣ first', 'first'], ['© 2024 ™ 3 # *', '© 2024 ™ 3 # *'],
    ['🏴󠁧󠁢󠁳󠁣󠁴󠁿x', 'x'], ['می‌خواهم', 'می‌خواهم'], ['❤️ you', 'you'], ['❤ you', '❤ you'],
  ]) assert.equal(withoutEmoji(text), want, text);
});

test('text: words are of the nearest language', () => {
  assert.equal(words('zh-TW').moderator, '管理員');
  assert.equal(words('zh-HK').owner, '直播主');
  assert.equal(words('es-MX').owner, 'Streamer');
  assert.equal(words('zh-Hans-SG').moderator, '房管');
  assert.equal(words('ja-JP').owner, '配信者');
  assert.equal(words('fr').owner, 'Host');
});

test('page: the outline depends on the browser\'s version, and font names are quoted', () => {
  assert.equal(outlineKind('Mozilla/5.0 … Chrome/103.0.5060.134 Safari/537.36 OBS/30.0.2'), 'shadow');
  assert.equal(outlineKind('Mozilla/5.0 … Chrome/127.0.6533.120 Safari/537.36 OBS/31.0.0'), 'stroke');
  assert.equal(outlineKind('HeadlessChrome/156.0.0.0'), 'stroke');
  assert.equal(outlineKind('Mozilla/5.0 Firefox/140.0'), 'shadow');
  assert.equal(quoteFonts(`Noto Serif, "Comic ' Sans",,`), '"Noto Serif", "Comic  Sans"');
  assert.equal(quoteFonts('Inconsolata, monospace'), '"Inconsolata", monospace');
});

test('demo: every comment of the feed is valid', () => {
  let n = 0;
  const kinds = new Set();
  for (let i = 0; i < 3000; i++) {
    const c = demoComment(i, () => ((n = (n * 16807 + 11) % 2147483647) / 2147483647));
    assert.ok(c.text.length > 0 && c.text.length < 100);
    kinds.add(c.mode).add(c.size).add(c.badge);
  }
  for (const kind of ['scroll', 'reverse', 'top', 'bottom', 'small', 'medium', 'big', 'owner', 'moderator']) assert.ok(kinds.has(kind), kind);
});

test('obs: the newest eight reports wait while the server is away', () => {
  const target = new EventTarget();
  const sent = [];
  let up = false;
  const seen = [];
  const obs = new Obs(target, { send: (frame) => up && sent.push(frame) > 0, visible: (shown) => seen.push(shown) });
  target.dispatchEvent(new Event('obsStreamingStarted'));
  for (let i = 0; i < 9; i++) target.dispatchEvent(new Event('obsRecordingStarted'));
  up = true;
  obs.flush();
  assert.equal(sent.length, 8);
  const { at, ago, ...rest } = sent[0];
  assert.deepEqual(rest, { type: 'obs', event: 'record_start' });
  assert.ok(ago >= 0 && at + ago <= Date.now(), `${at} + ${ago}`);
  target.dispatchEvent(new Event('obsStreamingStopped'));
  assert.equal(sent.at(-1).event, 'stream_stop');
  target.dispatchEvent(new Event('obsRecordingPaused'));
  target.dispatchEvent(new Event('obsRecordingUnpaused'));
  assert.deepEqual(sent.slice(-2).map(({ event }) => event), ['record_pause', 'record_resume']);
  // Node.js 18, shipped with Debian 12, has no CustomEvent.
  for (const visible of [false, true]) target.dispatchEvent(Object.assign(new Event('obsSourceVisibleChanged'), { detail: { visible } }));
  assert.deepEqual(seen, [false, true]);
});

test('obs: a page that was disconnected reports whether the recording is paused', () => {
  for (const [status, want] of [
    [{ recording: true, recordingPaused: true }, ['record_pause']], [{ recording: true, recordingPaused: false }, ['record_resume']],
    [{ recording: true }, ['record_resume']], [{ recording: false, recordingPaused: false }, []],
  ]) {
    const sent = [];
    const target = Object.assign(new EventTarget(), { obsstudio: { getStatus: (fn) => fn(status) } });
    new Obs(target, { send: ({ event }) => sent.push(event) > 0, visible: () => {} });
    assert.deepEqual(sent, want);
  }
});

test('dark colours get one lightness and keep their hue, light ones stay', () => {
  const hue = (/** @type {string} */ color) => Math.atan2(oklab(color)[2], oklab(color)[1]);
  for (const color of ['#0000ff', '#000000', '#8a2be2', '#b22222', '#123456', '#ff0000', '#ff6b5e', '#808080']) {
    assert.ok(Math.abs(oklab(lifted(color))[0] - 0.8) < 0.01, `${color} becomes ${lifted(color)}`);
    assert.ok(contrast(lifted(color), '#0b0e10') >= 7, color);
    const apart = Math.abs(hue(color) - hue(lifted(color)));
    if (Math.hypot(oklab(color)[1], oklab(color)[2]) > 0.02) assert.ok(Math.min(apart, 2 * Math.PI - apart) < 0.1, `${color} becomes ${lifted(color)}`);
  }
  for (const color of ['#ffffff', '#fff16b', '#00ff7f']) assert.equal(lifted(color), color);
});

test('text: emoji and East Asian letters are separate runs', () => {
  const runs = (/** @type {string} */ text) => emojiRuns(text).map((run) => (run.emoji ? `[${run.text}]` : run.text)).join('|');
  for (const [text, want] of [
    ['hi', 'hi'], ['', ''], ['👋🏽', '[👋🏽]'], ['🎉🎉 👋🏽', '[🎉🎉 👋🏽]'], ['a 👨‍👩‍👧‍👦🇯🇵 b', 'a |[👨‍👩‍👧‍👦🇯🇵]| b'], ['1️⃣ © 3', '[1️⃣]| © 3'],
  ]) assert.equal(runs(text), want, text);
  for (const text of ['弹幕', 'ここ', 'カ', '한국', 'hi 你']) assert.equal(isCJK(text), true, text);
  for (const text of ['hello', 'مرحبا', '👋🏽', '123 “x”']) assert.equal(isCJK(text), false, text);
});

test('a text is cut at its pictures, by code points', () => {
  const picture = `/emotes/${'ab'.repeat(16)}`;
  assert.deepEqual(pieces('😂 Kappa!', [{ from: 2, to: 7, name: 'Kappa', picture }]), ['😂 ', { picture, name: 'Kappa' }, '!']);
  assert.deepEqual(pieces('Kappa', [{ from: 0, to: 5, name: '', picture }]), [{ picture, name: 'Kappa' }]);
  for (const bad of ['https://x.example/a.png', '//x/emotes/ab', '/emotes/../x', undefined]) {
    assert.deepEqual(pieces('Kappa', [{ from: 0, to: 5, name: 'Kappa', picture: bad }]), ['Kappa'], String(bad));
  }
  assert.deepEqual(pieces('Kappa', [{ from: 0, to: 9, name: 'Kappa', picture }]), ['Kappa'], 'past the end');
  assert.deepEqual(pieces('ab', [{ from: 0, to: 1, name: 'a', picture }, { from: 0, to: 2, name: 'ab', picture }]), [{ picture, name: 'a' }, 'b'], 'overlapping');
});
