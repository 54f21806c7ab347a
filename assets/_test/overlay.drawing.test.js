import assert from 'node:assert/strict';
import test from 'node:test';
import { bannerState } from '../console/banner-state.js';
import { onAirWords } from '../console/on-air-words.js';
import { Drawing, LATE } from '../overlay/drawing.js';
import { onAir } from '../shared/on-air.js';
import { readLocale } from './fakes.js';

/** A page whose frames the test draws. */
function setUp() {
  let now = 1000, id = 0, reports = 0;
  /** @type {Map<number, () => void>} */ const wanted = new Map();
  /** @type {(() => void)|null} */ let late = null;
  const drawing = new Drawing(() => { reports++; }, {
    now: () => now, frame: (fn) => { wanted.set(++id, fn); return id; }, cancel: (which) => wanted.delete(which),
    later: (fn, ms) => { assert.equal(ms, LATE); late = fn; }, never: () => { late = null; },
  });
  return {
    drawing,
    pass: (/** @type {number} */ ms) => { now += ms; },
    /** @param {number} n frames @param {number} every ms */
    draw(n, every) {
      for (let i = 0; i < n; i++) {
        now += every;
        const fns = [...wanted.values()];
        wanted.clear();
        for (const fn of fns) fn();
      }
    },
    /** Ends the time in which frames could come. */
    late() { now += LATE; late?.(); late = null; },
    get wanted() { return wanted.size; },
    get reports() { return reports; },
  };
}

test('a drawn page reports it soon after the greeting and requests no frames in between', () => {
  const p = setUp();
  p.drawing.greeted();
  assert.deepEqual(p.drawing.report(), { visible: true, frame_ms: 0 });
  p.draw(4, 33);
  assert.equal(p.reports, 1);
  assert.deepEqual(p.drawing.report(), { visible: true, frame_ms: 33 });
  assert.equal(p.wanted, 0, 'nothing runs while it is idle');
  p.drawing.answer();
  p.draw(10, 16);
  assert.equal(p.wanted, 0);
  assert.equal(p.reports, 1, 'a beat is answered, not told twice');
});

test('a page with no frames, or few, reports how long it has waited', () => {
  const p = setUp();
  p.drawing.greeted();
  p.draw(4, 16);
  p.drawing.answer();
  p.pass(10_000);
  assert.equal(p.drawing.answer().frame_ms, 10_000, 'frozen');
  p.pass(10_000);
  assert.equal(p.drawing.answer().frame_ms, 20_000, 'still');
  p.draw(4, 1000);
  assert.equal(p.drawing.answer().frame_ms, 1000, 'throttled to one a second');
  p.draw(1, 900);
  p.draw(3, 16);
  assert.equal(p.drawing.answer().frame_ms, 16, 'one slow frame is a hitch');
});

test('missing frames are reported before the next heartbeat, and so is their return', () => {
  const p = setUp();
  p.drawing.greeted();
  p.late();
  assert.equal(p.reports, 1);
  assert.equal(p.drawing.report().frame_ms, LATE);
  p.pass(30_000);
  p.draw(4, 16);
  assert.equal(p.reports, 2);
  assert.equal(p.drawing.report().frame_ms, 16);
  p.drawing.answer();
  p.draw(4, 16);
  p.late();
  assert.equal(p.reports, 2, 'all is well');
  p.drawing.answer();
  p.drawing.see(false);
  assert.equal(p.reports, 3);
  p.late();
  assert.equal(p.reports, 3, 'nobody waits for the frames of a hidden page');
});

test('a hidden page reports it at once, and requests frames when visible again', () => {
  const p = setUp();
  p.drawing.see(false);
  assert.equal(p.reports, 1);
  assert.deepEqual(p.drawing.answer(), { visible: false });
  assert.equal(p.wanted, 0);
  p.drawing.see(false);
  assert.equal(p.reports, 1, 'no news');
  p.pass(60_000);
  p.drawing.greeted();
  assert.equal(p.reports, 2, 'a new connection hears of it');
  p.drawing.see(true);
  p.draw(4, 16);
  assert.equal(p.reports, 3);
  assert.deepEqual(p.drawing.report(), { visible: true, frame_ms: 16 });
});

test('the report has the time since a comment was last placed', () => {
  const p = setUp();
  assert.ok(!('placed_ms' in p.drawing.report()));
  p.drawing.placed();
  p.pass(1500);
  assert.equal(p.drawing.report().placed_ms, 1500);
});

const stats = (/** @type {number} */ overlay, /** @type {any} */ overlays = undefined) => ({ clients: { overlay }, overlays });

test('the on-air state follows from the overlays\' numbers', () => {
  for (const [frame, state] of /** @type {[any, string][]} */ ([
    [null, 'none'], [{}, 'none'], [stats(0), 'none'], [stats(0, { drawing: 1, hidden: 0, stuck: 0 }), 'none'],
    [stats(1), 'on'], [stats(3), 'on'], // an older server
    [stats(1, { drawing: 1, hidden: 0, stuck: 0 }), 'on'], [stats(2, { drawing: 1, hidden: 1, stuck: 0 }), 'on'],
    [stats(1, { drawing: 0, hidden: 1, stuck: 0 }), 'hidden'], [stats(2, { drawing: 0, hidden: 2, stuck: 0 }), 'hidden'],
    [stats(1, { drawing: 0, hidden: 0, stuck: 1 }), 'stuck'], [stats(3, { drawing: 1, hidden: 1, stuck: 1 }), 'stuck'],
    [stats(1, { drawing: 0, hidden: 0, stuck: 0 }), 'on'], // it connected between the two counts
  ])) assert.equal(onAir(frame).state, state, JSON.stringify(frame));
});

test('header and banner have a different text for each state in every language', () => {
  const frames = [
    stats(0), stats(1), stats(2, { drawing: 2, hidden: 0, stuck: 0 }), stats(1, { drawing: 0, hidden: 1, stuck: 0 }), stats(2, { drawing: 0, hidden: 2, stuck: 0 }),
    stats(1, { drawing: 0, hidden: 0, stuck: 1 }), stats(3, { drawing: 1, hidden: 0, stuck: 2 }),
  ];
  for (const lang of ['en', 'zh-CN', 'ja']) {
    const words = readLocale('console', lang);
    const said = frames.map((frame) => onAirWords({ ...frame, shown_ms: 64 }, words));
    assert.equal(new Set(said.map(({ long }) => long)).size, frames.length, `${lang}: each has words of its own`);
    assert.ok(new Set(said.map(({ short }) => short)).size >= 5, lang);
    assert.deepEqual(said.map(({ late }) => late !== ''), [false, true, true, false, false, false, false]);
    assert.ok(said.every(({ title, long }) => title.startsWith(long)));
    const { title } = onAirWords({ ...stats(1, { drawing: 0, hidden: 0, stuck: 1, placed_ms: 90_400 }) }, words);
    assert.ok(title.includes(words.t('overlay_stuck_do')) && title.includes(words.t('overlay_placed', { n: 90 })), title);
    const banner = (/** @type {any} */ frame) => bannerState(/** @type {any} */ ({
      store: { room: { state: 'open' }, words, stats: frame }, saving: true, stopped: '', raids: { raid: null, answers: () => ({ given: [], left: [] }) },
    }));
    assert.equal(banner(frames[5])?.text, words.t('overlay_stuck_do'));
    for (const calm of [null, ...frames.slice(0, 5)]) assert.equal(banner(calm), null);
  }
});
