// Comments at the top and bottom: their own layer, stacked from their edge.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setUp } from './stage.js';

let made = 0;
const say = (over = {}) => ({ id: `c${++made}`, at: 0, text: 'hello', mode: 'scroll', color: '#ffffff', size: 'medium', name: '', user: 'u', badge: '', source: 'audience', ...over });
const many = (n, over) => Array.from({ length: n }, () => say(over));
const flying = ({ renderer }, mode) => [...renderer.shown.keys()].filter((item) => item.mode === mode);
const ids = (items) => items.map((item) => item.parts[0].id);

test('a fixed comment appears at its edge within 0.3 s at any traffic and takes no lane from flying ones', () => {
  for (const perSecond of [1, 15, 60, 400]) {
    for (const options of [{}, { duration: 9 }]) {
      const set = setUp(options);
      const { stage, pass, timeline } = set;
      for (let ms = 0; ms < 20_000; ms += 100) {
        stage.push(many(Math.floor((perSecond * (ms + 100)) / 1000) - Math.floor((perSecond * ms) / 1000), { text: 'x'.repeat(1 + (made * 7) % 40) }));
        if (ms % 7000 === 3000) {
          const at = timeline.currentTime;
          stage.push([say({ id: `top ${ms}`, mode: 'top' }), say({ id: `bottom ${ms}`, mode: 'bottom' })]);
          pass(300);
          const [top] = flying(set, 'top'), [bottom] = flying(set, 'bottom');
          assert.ok(top && bottom, `${perSecond} a second: it is not there after 0.3 s`);
          assert.deepEqual([top.lane, bottom.lane], [0, 19]);
          assert.ok(top.t - at <= 300);
          stage.remove({ ids: ['nobody'] });
        }
        pass(100);
      }
    }
  }
});

test('three fixed comments at each edge; the next waits 2 s, then replaces the oldest', () => {
  const set = setUp();
  const { stage, pass } = set;
  for (const id of ['a', 'b', 'c']) {
    stage.push([say({ id, mode: 'top' }), say({ id: `${id}'`, mode: 'bottom' })]);
    pass(250);
  }
  assert.deepEqual(flying(set, 'top').map((item) => item.lane), [0, 1, 2]);
  assert.deepEqual(flying(set, 'bottom').map((item) => item.lane), [19, 18, 17]);
  stage.push([say({ id: 'd', mode: 'top' })]);
  pass(1750);
  assert.deepEqual(ids(flying(set, 'top')), ['a', 'b', 'c']);
  pass(500);
  assert.deepEqual(ids(flying(set, 'top')), ['b', 'c', 'd']);
  assert.equal(flying(set, 'top')[2].lane, 0, 'it has the place of the one that made way');
  assert.deepEqual(ids(flying(set, 'bottom')), ["a'", "b'", "c'"]);
});

test('a flood of fixed comments: each stays a second, none is later than 3 s, and flying ones get their lanes', () => {
  const set = setUp();
  const { stage, pass, timeline } = set;
  const arrived = new Map(), began = new Map(), ended = new Map();
  for (let ms = 0; ms < 20_000; ms += 50) {
    const c = say({ mode: 'top' });
    arrived.set(c.id, timeline.currentTime);
    stage.push([c, ...(ms % 500 === 0 ? [say({ id: `fly ${ms}` })] : [])]);
    pass(50);
    const there = new Set(ids(flying(set, 'top')));
    assert.ok(there.size <= 3);
    for (const item of flying(set, 'top')) if (!began.has(item.parts[0].id)) began.set(item.parts[0].id, item.t);
    for (const id of began.keys()) if (!there.has(id) && !ended.has(id)) ended.set(id, timeline.currentTime);
    if (ms % 500 === 300) assert.ok(ids(flying(set, 'scroll')).includes(`fly ${ms - 300}`), 'one that flies is kept out');
  }
  assert.ok(began.size > 40, `${began.size} stood`);
  for (const [id, at] of began) assert.ok(at - arrived.get(id) <= 3300, `${id} came ${at - arrived.get(id)} ms late`);
  for (const [id, at] of ended) assert.ok(at - began.get(id) >= 1000, `${id} stood ${at - began.get(id)} ms`);
  assert.ok(stage.stats().queued <= 24);
});

test('a flood of flying comments drops no fixed one', () => {
  const set = setUp({ limit: 3 }, { height: 108 });
  set.stage.push([say({ id: 'top', mode: 'top' }), ...many(1000)]);
  set.pass(0);
  assert.deepEqual(ids(flying(set, 'top')), ['top']);
});

test('a viewer\'s fixed comment makes way for a host\'s, not the other way round', () => {
  const set = setUp({ fixed: 1 });
  set.stage.push([say({ id: 'host', mode: 'top', badge: 'owner' }), say({ id: 'viewer', mode: 'bottom' })]);
  set.pass(0);
  set.stage.push([say({ id: 'viewer at the top', mode: 'top' }), say({ id: 'host at the bottom', mode: 'bottom', badge: 'owner' })]);
  set.pass(2500);
  assert.deepEqual(ids([...flying(set, 'top'), ...flying(set, 'bottom')]), ['host', 'host at the bottom']);
});

test('a removed fixed comment frees its place at once', () => {
  const set = setUp();
  set.stage.push(['a', 'b', 'c', 'd'].map((id) => say({ id, mode: 'top' })));
  set.pass(0);
  set.stage.remove({ ids: ['a'] });
  set.pass(250);
  assert.deepEqual(flying(set, 'top').map((item) => [item.parts[0].id, item.lane]), [['b', 1], ['c', 2], ['d', 0]]);
});

test('big fixed comments take two lanes, and both edges share a small stage', () => {
  const set = setUp();
  set.stage.push([say({ mode: 'top', size: 'big' }), say({ mode: 'top' }), say({ mode: 'bottom', size: 'big' })]);
  set.pass(0);
  assert.deepEqual([...set.renderer.shown.keys()].map((item) => [item.mode, item.lane, item.rows]), [['top', 0, 2], ['top', 2, 1], ['bottom', 18, 2]]);
  const low = setUp({}, { height: 60 }); // one lane
  low.stage.push([say({ id: 'top', mode: 'top' }), say({ id: 'bottom', mode: 'bottom' })]);
  low.pass(0);
  assert.deepEqual(ids([...low.renderer.shown.keys()]), ['top']);
  low.pass(2250);
  assert.deepEqual(ids([...low.renderer.shown.keys()]), ['bottom'], 'the oldest makes way, be it at the other edge');
});

test('the pin closes its lanes for fixed comments, too', () => {
  let at = null;
  const set = setUp({}, {}, { pin: { place: () => at } });
  set.stage.push(many(3, { mode: 'top' }));
  set.pass(0);
  at = { top: 27, bottom: 80 };
  set.stage.refresh();
  assert.deepEqual(flying(set, 'top').map((item) => item.lane).sort(), [2, 3, 4]);
});

test('a stage that shrinks keeps the fixed comments that still fit', () => {
  const set = setUp();
  set.stage.push([...many(3, { mode: 'top' }), ...many(3, { mode: 'bottom' })]);
  set.pass(0);
  set.renderer.size.height = 216; // four lanes
  set.stage.refresh();
  const lanes = [...set.renderer.shown.keys()].map((item) => item.lane).sort();
  assert.deepEqual(lanes, [0, 1, 2, 3]);
});

test('apart: fixed comments take lanes from flying ones, as in older versions', () => {
  const set = setUp({ apart: true, duration: 9 });
  set.stage.push([...many(3, { mode: 'top' }), ...many(20)]);
  set.pass(0);
  const lanes = [...set.renderer.shown.keys()].map((item) => item.lane);
  assert.equal(new Set(lanes).size, 20, 'no lane has two');
  const layer = setUp();
  layer.stage.push([...many(3, { mode: 'top' }), ...many(20)]);
  layer.pass(0);
  assert.equal(layer.renderer.shown.size, 23);
});

test('after the source was hidden, fixed comments whose time is not over are there and others are gone', () => {
  const set = setUp({ duration: 9 });
  set.stage.setHidden(true);
  set.stage.push([say({ id: 'old', mode: 'top' })]);
  set.pass(4000);
  set.stage.push([say({ id: 'young', mode: 'top' })]);
  set.pass(1000);
  set.stage.setHidden(false);
  assert.deepEqual(flying(set, 'top').map((item) => [item.parts[0].id, set.timeline.currentTime - item.t]), [['young', 1000]]);
});

test('fixed comments avoid an item over the stage, near their edge; narrower ones stay beside it', () => {
  let fronts = [{ top: 800, bottom: 1060, left: 96, right: 900 }];
  const set = setUp({}, {}, { fronts: () => fronts });
  const { stage, pass } = set;
  const lanes = () => Object.fromEntries([...set.renderer.shown.keys()].map((item) => [item.parts[0].id, item.lane]));
  const wide = 'x'.repeat(20), narrow = 'x'; // 400 px and 20 px; the middle is at 960
  stage.push([say({ id: 'wide', mode: 'bottom', text: wide }), say({ id: 'narrow', mode: 'bottom', text: narrow }), say({ id: 'flies', text: wide }), say({ id: 'top', mode: 'top', text: wide })]);
  pass(250);
  const { pitch } = stage.layout();
  const above = Math.floor(799 / pitch) - 1;
  assert.deepEqual(lanes(), { wide: above, narrow: 19, flies: 0, top: 0 });
  fronts = []; // the card has left: standing comments stay in place
  stage.refresh();
  assert.equal(lanes().wide, above);
  stage.push([say({ id: 'next', mode: 'bottom', text: wide })]);
  pass(250);
  assert.equal(lanes().next, 18);
  fronts = [{ top: 1000, bottom: 1080, left: 0, right: 1920 }]; // a bar covers the standing comments
  stage.refresh();
  assert.ok(lanes().narrow * pitch + pitch <= 1000, JSON.stringify(lanes()));
  assert.equal(new Set([lanes().wide, lanes().narrow, lanes().next]).size, 3);
  fronts = [{ top: 0, bottom: 1080, left: 0, right: 1920 }]; // no place is free: it appears nevertheless
  stage.refresh();
  pass(8000);
  stage.push([say({ id: 'all', mode: 'bottom', text: wide })]);
  pass(250);
  assert.equal(lanes().all, 19);
});

test('apart: fixed comments avoid an item over the stage, too, also one that comes later', () => {
  let fronts = [{ top: 800, bottom: 1060, left: 96, right: 1500 }];
  const { stage, pass, renderer } = setUp({ apart: true, duration: 9 }, {}, { fronts: () => fronts });
  stage.push([say({ id: 'low', mode: 'bottom' }), say({ id: 'high', mode: 'top' }), say({ id: 'flies' })]);
  pass(0);
  const { pitch } = stage.layout();
  const laneOf = (id) => [...renderer.shown.keys()].find((item) => item.parts[0].id === id).lane;
  assert.equal(laneOf('low'), Math.floor(799 / pitch) - 1);
  assert.equal(laneOf('high'), 0);
  fronts = [{ top: 0, bottom: 100, left: 0, right: 1920 }];
  stage.refresh();
  assert.ok(laneOf('high') * pitch >= 100, `behind the item, in lane ${laneOf('high')}`);
  fronts = [{ top: 0, bottom: 1080, left: 0, right: 1920 }]; // nowhere is clear
  stage.refresh();
  stage.push([say({ id: 'behind', mode: 'top' })]);
  pass(250);
  assert.ok(laneOf('behind') >= 0);
});
