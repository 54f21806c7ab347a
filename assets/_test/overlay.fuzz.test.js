// All events of a stage at once, in any order, many times over:
// no comments overlap, none is lost, none is left behind.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULTS } from '../shared/options.js';
import { setUp } from './stage.js';

/** @param {number} seed */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The position at which an item is drawn, from its flight alone. */
function box(item, width, now) {
  const gone = Math.floor(item.v * (now - item.t));
  const x = item.mode === 'scroll' ? item.m - gone : item.mode === 'reverse' ? gone - item.m - item.w : Math.round((width - item.w) / 2);
  return { left: Math.max(0, x), right: Math.min(width, x + item.w), top: item.y, bottom: item.y + item.h };
}

/** Runs one random show. @param {number} seed @param {number} steps */
function evening(seed, steps) {
  const r = random(seed);
  const pick = (...of) => of[Math.floor(r() * of.length)];
  let pinned = null;
  let options = { ...DEFAULTS, apart: r() < 0.3, duration: pick(0, 0, 9), merge: r() < 0.5, limit: pick(150, 150, 5), names: r() < 0.3, overlap: r() < 0.1 };
  const { stage, renderer, timeline, timers, pass } = setUp(options, { width: pick(800, 1920), height: pick(54, 200, 1080) }, { pin: { place: () => pinned } });
  renderer.wider = pick('', 'twitch');
  const known = [];
  const texts = ['666', '草', 'x'.repeat(1 + Math.floor(r() * 90)), 'hello there', '   666  '];
  let made = 0, paused = 0, hidden = false;
  let now = timeline.currentTime; // the stage's
  const go = (ms) => {
    if (!paused) now += ms;
    pass(ms);
  };
  const ids = () => Array.from({ length: 1 + Math.floor(r() * 4) }, () => pick(...known, 'unknown'));
  const acts = [
    [30, () => {
      const list = Array.from({ length: Math.floor(r() * 9) }, () => ({
        id: `c${made++}`, at: 0, text: pick(...texts), mode: pick('scroll', 'scroll', 'scroll', 'scroll', 'reverse', 'top', 'bottom'), color: pick('#ffffff', '#ffffff', '#ff0000'),
        size: pick('medium', 'medium', 'medium', 'big', 'small'), name: '', user: pick('a', 'b', 'c'), badge: pick('', '', '', '', '', 'moderator', 'owner'), source: pick('audience', 'audience', 'twitch'),
      }));
      known.push(...list.map((c) => c.id));
      known.splice(0, known.length - 60);
      stage.push(list, r() < 0.2 ? () => r() * 9000 : undefined);
    }],
    [4, () => stage.remove({ ids: ids() })],
    [1, () => stage.remove({ user: pick('a', 'b', 'c') })],
    [0.4, () => stage.clear()],
    [1, () => { renderer.size = { ...renderer.size, width: pick(320, 800, 1920), height: pick(54, 200, 540, 1080) }; stage.refresh(); }],
    [1, () => { renderer.size = { ...renderer.size, line: pick(45, 45, 60, 30), count: pick(50, 80) }; renderer.wide = pick(1, 1, 1.5, 0.6); stage.refresh(); }],
    [1, () => { options = { ...options, ...pick({ duration: pick(0, 0, 4, 9, 15) }, { pace: pick(0, 160, 420) }, { fixed: pick(1, 3, 5) }, { apart: r() < 0.3 }, { area: pick(0.3, 1) }, { region: pick('full', 'bottom') }, { lanes: pick(0, 3) }, { merge: r() < 0.5 }, { limit: pick(150, 5) }) }; stage.config(options); }],
    [0.7, () => { pinned = pinned ? null : { top: r() * 300, bottom: 300 + r() * 100 }; stage.refresh(); }],
    [0.7, () => { hidden = !hidden; stage.setHidden(hidden); }],
    [0.7, () => { if (paused) stage.resume(); else stage.pause(); paused = paused ? 0 : 1; }],
    [0.3, () => { renderer.undisplayed = renderer.undisplayed ? '' : 'twitch'; stage.refresh(); }],
  ];
  const total = acts.reduce((sum, [weight]) => sum + weight, 0);
  for (let step = 0; step < steps; step++) {
    let at = r() * total;
    const act = acts.find(([weight]) => (at -= weight) < 0);
    act[1]();
    go(r() < 0.02 ? r() * 30_000 : r() * 400);
    const s = stage.stats();
    const where = `seed ${seed}, step ${step}`;
    const flying = [...renderer.shown.keys()];
    assert.equal(flying.length, s.active, `${where}: what is drawn is what flies`);
    assert.ok(s.queued <= 200 + 24, where);
    assert.ok(timers.size <= 1 && (timers.size === 0 || !(hidden || paused)), `${where}: ${timers.size} timers`);
    assert.ok(hidden || paused || s.active + s.queued === 0 || timers.size === 1, `${where}: nobody will take them away`);
    for (const { t, lane, rows } of flying.filter((item) => item.until > now)) assert.ok(t <= now && lane >= 0 && lane + Math.min(rows, s.lanes) <= s.lanes, `${where}: set out at ${t}, now ${now}, lane ${lane} of ${s.lanes}, ${rows} high`);
    if (!options.apart && !hidden) {
      for (const mode of ['top', 'bottom']) {
        const stand = flying.filter((item) => item.mode === mode && item.until > now).length;
        assert.ok(stand <= options.fixed, `${where}: ${stand} stand at the ${mode}, at most ${options.fixed}`);
      }
    }
    if (options.overlap) continue;
    if (hidden) continue; // nobody sees it; the next tick corrects it
    const { width } = renderer.size;
    const boxes = flying.filter((item) => item.until > now).map((item) => ({ ...box(item, width, now), item }));
    for (let i = 0; i < boxes.length; i++) {
      for (let k = i + 1; k < boxes.length; k++) {
        const a = boxes[i], b = boxes[k];
        // Standing comments are in front of flying ones, unless they are kept apart.
        if (!options.apart && (a.item.v === 0) !== (b.item.v === 0)) continue;
        const over = a.top < b.bottom && b.top < a.bottom && Math.min(a.right, b.right) > Math.max(a.left, b.left);
        if (over && a.item.rows * 54 >= a.item.h && b.item.rows * 54 >= b.item.h) assert.fail(`${where}, ${now} ms: ${JSON.stringify(a)} over ${JSON.stringify(b)}`);
      }
    }
  }
  if (hidden) stage.setHidden(false);
  if (paused) stage.resume();
  go(1_000_000); // on a larger stage, a slow comment has a long way
  const s = stage.stats();
  assert.equal(s.active + s.queued + timers.size, 0, `seed ${seed}: something stays forever: ${JSON.stringify(s)}, ${timers.size} timers`);
  return s.placed;
}

test('random events: no comment overlaps and none stays forever', () => {
  const evenings = Number(process.env.EVENINGS ?? 150);
  let placed = 0;
  for (let seed = 1; seed <= evenings; seed++) placed += evening(seed, 250);
  assert.ok(placed > evenings * 30, `${placed} were placed`);
});
