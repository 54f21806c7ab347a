import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lanes } from '../overlay/lanes.js';

/** A small seeded generator (mulberry32), so that a failure can be repeated. */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The position at which a comment is drawn, by the motion alone and in whole pixels, as the
 * page's steps() do; independent of the lanes. */
function drawn(c, width, at) {
  const gone = Math.floor(c.v * (at - c.t));
  if (c.mode === 'scroll') return c.m - gone;
  if (c.mode === 'reverse') return gone - c.m - c.w;
  return Math.round((width - c.w) / 2);
}

/** Fails if two of the comments overlap on the screen at this time. It sorts the comments
 * of each lane: if any two overlap, two neighbours do. */
function check(active, width, at, seed) {
  /** @type {{from: number, to: number, c: any}[][]} */ const lanes = [];
  for (const c of active) {
    const x = drawn(c, width, at);
    // Parts outside the screen disturb nobody.
    const seen = { from: Math.max(0, x), to: Math.min(width, x + c.w), c };
    if (seen.from < seen.to) for (let lane = c.lane; lane < c.lane + c.rows; lane++) (lanes[lane] ??= []).push(seen);
  }
  for (const lane of lanes) {
    lane?.sort((a, b) => a.from - b.from);
    for (let i = 1; lane && i < lane.length; i++) {
      const a = lane[i - 1], b = lane[i];
      if (b.from < a.to) assert.fail(`seed ${seed}, ${at} ms, width ${width}: ${JSON.stringify(a.c)} at ${a.from} over ${JSON.stringify(b.c)} at ${b.from}`);
    }
  }
}

/** Runs one room with its own mix of comments, and returns how many were placed. */
function run(seed, ticks) {
  const r = random(seed);
  const pick = (...of) => of[Math.floor(r() * of.length)];
  let width = 320 + Math.floor(r() * 3600), rows = 1 + Math.floor(r() * 24);
  let cross = 3000 + r() * 12000;
  const gap = pick(4, 18, 40);
  let lanes = new Lanes({ width, rows, gap });
  let shut = [];
  let active = [], waiting = [], now = 0, placed = 0, id = 0;
  const mix = r(); // some rooms only scroll, some are mixed
  for (let tick = 0; tick < ticks; tick++) {
    now += r() < 0.01 ? r() * 60_000 : 250 + r() * 5; // now and then the page was hidden
    active = active.filter((c) => c.until > now);
    if (r() < 0.004) {
      if (r() < 0.5) width = 320 + Math.floor(r() * 3600);
      else if (r() < 0.5) rows = 1 + Math.floor(r() * 24);
      else if (r() < 0.5) shut = shut.length ? [] : [0, 1, 2].slice(Math.floor(r() * 3)); // pinned, unpinned
      else cross = 3000 + r() * 12000;
      lanes = new Lanes({ width, rows, gap, shut });
      for (const c of active) c.rows = Math.min(c.rows, rows);
      if (r() < 0.3) for (const c of active) c.w = Math.ceil(c.w * (0.5 + r() * 1.5)); // fonts came late
      const homeless = new Set(lanes.adopt(active, now));
      active = active.filter((c) => c.until > now && !homeless.has(c));
    }
    for (let i = Math.floor(r() * 12); i > 0; i--) {
      waiting.push({
        id: id++, mode: r() < mix ? pick('reverse', 'top', 'bottom', 'scroll') : 'scroll',
        w: Math.ceil(r() < 0.1 ? r() * 5000 : 20 + r() * 600), rows: Math.min(rows, pick(1, 1, 1, 2, 3)), t: 0, m: 0, v: 0, until: 0, lane: -1,
      });
    }
    waiting = waiting.slice(-40);
    const left = [];
    for (const c of waiting) {
      c.rows = Math.min(c.rows, rows);
      const moving = c.mode === 'scroll' || c.mode === 'reverse';
      c.t = now;
      c.m = lanes.entry(c.mode);
      c.v = moving ? (width + c.w) / cross : 0;
      c.until = now + (moving ? cross : 4500);
      let lane = lanes.find(c, now);
      if (r() < 0.1) { // flying before the page was open
        const start = lanes.soonest(c, now - r() * cross);
        if (start.lane >= 0 && start.ready < now) {
          lane = start.lane;
          c.until += start.ready - c.t;
          c.t = start.ready;
          if (c.until <= now) continue;
        }
      }
      if (lane < 0) {
        lanes.claim(c, now);
        left.push(c);
        continue;
      }
      lanes.take(c, lane);
      active.push(c);
      placed++;
    }
    waiting = left;
    const within = active.find((c) => shut.some((i) => i >= c.lane && i < c.lane + c.rows));
    assert.ok(!within, `seed ${seed}: ${JSON.stringify(within)} is in a shut lane`);
    for (let i = 0; i < 3; i++) check(active, width, now + r() * 250, seed);
  }
  return placed;
}

test('no two comments ever overlap, at any mix of modes, lengths, sizes, resizes and gaps in time', () => {
  // For a longer run: LANES_PLACEMENTS=1000000 node --test assets/_test/overlay.lanes.test.js
  const goal = Number(process.env.LANES_PLACEMENTS ?? 100_000);
  let placed = 0;
  for (let seed = 1; placed < goal; seed++) placed += run(seed, 400);
  assert.ok(placed >= goal);
});

const flight = (over) => ({ mode: 'scroll', w: 100, rows: 1, t: 0, m: 1000, v: 0.1, until: 11_000, lane: -1, ...over });

test('a longer, faster comment waits until it cannot catch up; a shorter one may start', () => {
  const lanes = new Lanes({ width: 1000, rows: 1, gap: 10 });
  lanes.take(flight({}), 0); // its tail leaves at 11 s
  const at = 2000;
  const long = flight({ w: 900, v: 0.19, t: at, until: at + 10_000 });
  assert.equal(lanes.find(long, at), -1, 'its head would be at the edge after 5.3 s, at 7.3 s');
  const slow = flight({ w: 50, v: 0.095, t: at, until: at + 11_052 });
  assert.equal(lanes.find(slow, at), 0);
});

test('closed lanes take no comments; those inside move to a gap, and no others move', () => {
  const old = [
    flight({ id: 'a', lane: 0, t: 0 }), flight({ id: 'b', lane: 1, t: 0 }), flight({ id: 'c', lane: 1, t: 8000, until: 19_000 }),
    flight({ id: 'd', lane: 0, t: 4000, until: 15_000 }), flight({ id: 'e', lane: 0, t: 8000, until: 19_000 }),
  ];
  const lanes = new Lanes({ width: 1000, rows: 2, gap: 10, shut: [0] });
  assert.deepEqual(lanes.adopt(old, 9000).map((c) => c.id), ['a', 'e'], 'b and c are where they are');
  assert.deepEqual(old.filter((c) => c.lane === 1).map((c) => c.id), ['b', 'c', 'd'], 'd goes between them');
  assert.equal(lanes.find(flight({ t: 9000 }), 9000), -1, 'c is the one to follow, not d');
  assert.equal(lanes.find(flight({ t: 9100 }), 9100), 1);
  assert.equal(lanes.least(flight({ t: 9000 }), 9000), 1);
  assert.deepEqual(lanes.held(9000), ['shut', 'scroll']);
  const none = new Lanes({ width: 1000, rows: 1, gap: 10, shut: [0] });
  none.claim(flight({}), 0);
  assert.equal(none.find(flight({}), 0), -1);
  assert.equal(none.least(flight({}), 0), -1);
});

test('a comment taller than a lane takes several, and all of them must be free', () => {
  const lanes = new Lanes({ width: 1000, rows: 3, gap: 10 });
  lanes.take(flight({}), 1);
  assert.equal(lanes.find(flight({ rows: 2 }), 0), -1);
  assert.equal(lanes.find(flight({ rows: 1 }), 0), 0);
});

test('top fills from above and bottom from below, and neither shares a lane with moving comments', () => {
  const lanes = new Lanes({ width: 1000, rows: 4, gap: 10 });
  lanes.take(flight({}), 0);
  assert.equal(lanes.find(flight({ mode: 'top', v: 0 }), 0), 1);
  assert.equal(lanes.find(flight({ mode: 'bottom', v: 0 }), 0), 3);
  assert.equal(lanes.find(flight({ mode: 'reverse', m: 0 }), 5000), 1, 'the scroll tail is inside, but the lane is not free');
});

test('a mode that finds every lane taken gets one in turn, however many others arrive', () => {
  for (const mode of ['top', 'bottom', 'reverse']) {
    const lanes = new Lanes({ width: 1000, rows: 3, gap: 10 });
    let got = -1;
    const wanted = flight({ mode, v: mode === 'reverse' ? 0.1 : 0, m: 0 });
    for (let now = 0; now < 20_000 && got < 0; now += 250) {
      wanted.t = now;
      wanted.until = now + 4000;
      if (lanes.find(wanted, now) >= 0 && now > 0) got = now;
      else lanes.claim(wanted, now);
      for (let i = 0; i < 10; i++) {
        const c = flight({ t: now, until: now + 11_000 });
        const lane = lanes.find(c, now);
        if (lane >= 0) lanes.take(c, lane);
      }
    }
    assert.ok(got > 0 && got <= 11_250, `${mode} got its lane at ${got}`);
  }
});

test('a stream of small comments does not keep a big one out forever', () => {
  const lanes = new Lanes({ width: 1000, rows: 4, gap: 10 });
  let got = -1;
  for (let now = 0; now < 20_000 && got < 0; now += 250) {
    // The small ones come first in every tick, which is the worst case.
    for (let i = 0; i < 1 + (now / 250) % 2; i++) {
      const c = flight({ t: now, until: now + 11_000 });
      const lane = lanes.find(c, now);
      if (lane >= 0) lanes.take(c, lane);
    }
    const big = flight({ rows: 2, t: now, until: now + 11_000 });
    if (now >= 2000 && lanes.find(big, now) >= 0) got = now;
    else if (now >= 2000) lanes.claim(big, now);
  }
  assert.ok(got >= 0 && got <= 5000, `got at ${got}`);
});

test('a claim that is not repeated expires', () => {
  const lanes = new Lanes({ width: 1000, rows: 1, gap: 10 });
  lanes.take(flight({}), 0);
  lanes.claim(flight({ mode: 'top', v: 0 }), 2000);
  assert.equal(lanes.find(flight({ t: 2250 }), 2250), -1, 'claimed');
  assert.equal(lanes.find(flight({ t: 2700, w: 50, v: 0.095 }), 2700), 0, 'lapsed');
});

test('a lane used by top is reserved for its next comment for a while, except in a small stage', () => {
  for (const [rows, at, want] of [[8, 10_000, -1], [8, 30_000, 0], [4, 10_000, 0]]) {
    const lanes = new Lanes({ width: 1000, rows, gap: 10 });
    for (let lane = 1; lane < rows; lane++) lanes.take(flight({ t: at, until: at + 11_000, w: 900 }), lane);
    lanes.take(flight({ mode: 'top', v: 0, until: 4500 }), 0);
    assert.equal(lanes.find(flight({ t: at, until: at + 11_000 }), at), want, `${rows} lanes at ${at}`);
    assert.equal(lanes.find(flight({ mode: 'top', v: 0, t: at }), at), 0);
  }
});
