// The placement rule exists twice: in lanes.js and, for exports to ASS, in
// export/lanes.go. One file of decisions checks both.
// LANES_VECTORS=write generates it from lanes.js.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { Lanes } from '../overlay/lanes.js';

const FILE = new URL('../../export/testdata/lanes.json', import.meta.url);

/** @param {number} seed */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Events in one room: a stage [width, rows, gap], and ticks with the
 * waiting comments, as [mode, width, rows]. */
function story(seed) {
  const r = random(seed);
  const pick = (...of) => of[Math.floor(r() * of.length)];
  const mix = r(), cross = 3000 + Math.floor(r() * 12_000);
  const stage = [320 + Math.floor(r() * 3600), 1 + Math.floor(r() * 20), pick(4, 18, 40)];
  const ticks = [];
  let now = 0;
  for (let i = 0; i < 60; i++) {
    now += r() < 0.03 ? r() * 30_000 : 250 + r() * 5;
    const wants = [];
    for (let n = Math.floor(r() * 7); n > 0; n--) {
      const mode = r() < mix ? pick('reverse', 'top', 'bottom', 'scroll') : 'scroll';
      wants.push([mode, Math.ceil(r() < 0.1 ? r() * 5000 : 20 + r() * 600), pick(1, 1, 1, 2, 3)]);
    }
    ticks.push({ now, wants });
  }
  return { cross, stage, ticks };
}

/** The lane of every comment, -1 for one that must wait, and the
 * lane of least overlap if the case requests it. */
function play({ cross, stage: [width, rows, gap], ticks }) {
  const lanes = new Lanes({ width, rows, gap });
  return ticks.map(({ now, wants }) => {
    return wants.map(([mode, w, rows], i) => {
      const moving = mode === 'scroll' || mode === 'reverse';
      const c = { mode, w, rows, t: now, m: lanes.entry(mode), v: moving ? (width + w) / cross : 0, until: now + (moving ? cross : 4500), lane: -1 };
      const lane = lanes.find(c, now);
      const least = lane < 0 && i % 5 === 4 ? lanes.least(c, now) : -1;
      if (lane < 0 && least < 0) {
        lanes.claim(c, now);
        return [-1, -1];
      }
      lanes.take(c, lane < 0 ? least : lane);
      return [lane, least];
    });
  });
}

if (process.env.LANES_VECTORS === 'write') {
  const rooms = Array.from({ length: 12 }, (_, i) => story(i + 1));
  writeFileSync(FILE, `${JSON.stringify(rooms.map((s) => ({ ...s, decisions: play(s) })))}\n`);
}

test('the lanes decide as the test vectors shared with Go', () => {
  const rooms = JSON.parse(readFileSync(FILE, 'utf8'));
  let decisions = 0;
  for (const { decisions: want, ...s } of rooms) {
    assert.deepEqual(play(s), want);
    decisions += s.ticks.reduce((n, t) => n + t.wants.length, 0);
  }
  assert.ok(decisions > 1000);
});
