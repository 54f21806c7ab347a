import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULTS } from '../shared/options.js';
import { setUp } from './stage.js';

let made = 0;
const say = (over = {}) => ({ id: `c${++made}`, at: 0, text: 'hello', mode: 'scroll', color: '#ffffff', size: 'medium', name: '', user: 'u', badge: '', source: 'audience', ...over });
const many = (n, over) => Array.from({ length: n }, () => say(over));

/** Every comment is accounted for: the counters add up. */
function balanced(stage) {
  const s = stage.stats();
  assert.equal(s.received, s.placed + s.queued + s.merged + s.dropped.full + s.dropped.late, JSON.stringify(s));
}

test('a quiet stage shows a comment at once, then works every 250 ms, then not at all', () => {
  const { stage, pass, timers, onScreen } = setUp();
  stage.push([say({ id: 'a' })]);
  pass(0);
  assert.deepEqual(onScreen(), ['a']);
  stage.push([say({ id: 'b' })]);
  pass(249);
  assert.deepEqual(onScreen(), ['a']);
  pass(1);
  assert.deepEqual(onScreen(), ['a', 'b']);
  pass(9500);
  assert.deepEqual(onScreen(), []);
  assert.equal(timers.size, 0, 'an empty stage has no timer');
  assert.ok(stage.stats().ticks <= 5, `${stage.stats().ticks} ticks`);
  balanced(stage);
});

test('a removal is immediate for flying and waiting comments, by id and by person', () => {
  const { stage, pass, onScreen } = setUp();
  stage.push([say({ id: 'a' }), say({ id: 'b', user: 'bad' })]);
  pass(0);
  stage.push([say({ id: 'c' }), say({ id: 'd', user: 'bad' })]);
  stage.remove({ ids: ['a', 'unknown'] });
  assert.deepEqual(onScreen(), ['b']);
  stage.remove({ user: 'bad' });
  assert.deepEqual(onScreen(), []);
  pass(250);
  assert.deepEqual(onScreen(), ['c']);
  assert.equal(stage.stats().removed, 3);
});

test('the same id twice is one comment', () => {
  const { stage, pass, onScreen } = setUp();
  stage.push([say({ id: 'a' }), say({ id: 'a' })]);
  pass(0);
  stage.push([say({ id: 'a' })]);
  pass(300);
  assert.deepEqual(onScreen(), ['a']);
  assert.equal(stage.stats().received, 1);
});

test('a flood is bounded in the queue and in measurements, and dropped after 2 s; hosts go first', () => {
  const { stage, renderer, pass, onScreen } = setUp({}, { height: 108 }); // two lanes
  stage.push([...many(1000), say({ id: 'host', badge: 'owner' })]);
  assert.equal(stage.stats().queued, 200);
  assert.equal(stage.stats().dropped.full, 801);
  pass(0);
  assert.deepEqual(onScreen()[0], 'host');
  assert.ok(renderer.measured <= 60);
  pass(2500);
  assert.equal(stage.stats().queued, 0);
  assert.ok(stage.stats().dropped.late > 150);
  balanced(stage);
});

test('limit bounds the comments on screen, except those of hosts', () => {
  const { stage, pass, onScreen } = setUp({ limit: 3 });
  stage.push([...many(6), say({ id: 'mod', badge: 'moderator' })]);
  pass(0);
  assert.equal(onScreen().length, 3);
  assert.ok(onScreen().includes('mod'));
});

test('short comments may pass a long one that finds no lane', () => {
  const { stage, pass, onScreen } = setUp({ duration: 9 }, { height: 54 }); // one lane
  stage.push([say({ id: 'first', text: 'x'.repeat(10) })]);
  pass(1500);
  stage.push([say({ id: 'long', text: 'x'.repeat(90) }), say({ id: 'short', text: 'x' })]);
  pass(0);
  assert.deepEqual(onScreen(), ['first', 'short']);
});

test('merge: equal comments become one with a count, waiting or flying, and leave one by one', () => {
  const { stage, pass, renderer, onScreen } = setUp({ merge: true });
  stage.push([say({ id: 'a', text: '666', user: 'x' }), say({ id: 'b', text: '666' }), say({ id: 'c', text: '777' })]);
  pass(0);
  assert.deepEqual(onScreen(), ['a', 'c']);
  stage.push([say({ id: 'd', text: '666' }), say({ id: 'e', text: '777' })]);
  pass(250);
  const [first, second] = [...renderer.shown.keys()];
  assert.equal(first.parts.length, 3);
  assert.equal(second.parts.length, 2);
  stage.remove({ user: 'x' });
  assert.deepEqual(first.parts.map((p) => p.id), ['b', 'd']);
  stage.remove({ ids: ['b', 'd'] });
  assert.deepEqual(onScreen(), ['c']);
  assert.equal(stage.stats().merged, 3);
  balanced(stage);
});

test('merge: a flying comment grows only while none follows it in its lane', () => {
  const { stage, pass, renderer } = setUp({ merge: true }, { height: 54 });
  stage.push([say({ id: 'a', text: '666' })]);
  pass(1000);
  stage.push([say({ id: 'b', text: 'next' })]);
  pass(250);
  stage.push([say({ id: 'c', text: '666' })]);
  pass(500);
  const shown = [...renderer.shown.keys()];
  assert.equal(shown[0].parts.length, 1, 'b follows a');
  assert.equal(shown[0].w, 60);
});

test('merge: a new count keeps the width of the comment', () => {
  const { stage, pass, renderer } = setUp({ merge: true }, { height: 54 });
  stage.push([say({ id: 'a', text: '666' })]);
  pass(500);
  stage.push([say({ text: '666' })]);
  pass(250);
  const [item] = renderer.shown.keys();
  assert.equal(item.w, 110);
  stage.remove({ ids: ['a'] });
  assert.equal(item.w, 110, 'shorter words do not make room that was promised');
});

test('pause stops all comments; those that waited too long meanwhile are not shown', () => {
  const { stage, pass, onScreen, timers } = setUp({ duration: 9 });
  stage.push([say({ id: 'a' })]);
  pass(1000);
  stage.pause();
  assert.equal(timers.size, 0);
  stage.push([say({ id: 'b' })]);
  pass(60_000);
  stage.push([say({ id: 'c' })]);
  stage.remove({ ids: ['nobody'] });
  assert.deepEqual(onScreen(), ['a']);
  stage.resume();
  assert.deepEqual(onScreen(), ['a', 'c']);
  pass(7900);
  assert.deepEqual(onScreen(), ['a', 'c'], 'a has 8 s of its way left after the pause');
  pass(200);
  assert.deepEqual(onScreen(), ['c']);
});

test('hidden: nothing is drawn, and on return each comment is where it would be', () => {
  const { stage, pass, renderer, timeline, onScreen, timers } = setUp({ duration: 9 }, { height: 540 }); // ten lanes
  stage.push([say({ id: 'a' })]);
  pass(100);
  stage.push([say({ id: 'waiting' })]);
  stage.setHidden(true);
  for (let i = 0; i < 600; i++) {
    stage.push([say({ id: `h${i}` })]);
    pass(100);
    assert.equal(timers.size, 0);
    assert.ok(stage.stats().queued <= 81, `${stage.stats().queued} wait: more than would fly`);
  }
  assert.deepEqual([renderer.measured, onScreen().length], [1, 1], 'it worked while hidden');
  stage.setHidden(false);
  const now = timeline.currentTime;
  for (const item of renderer.shown.keys()) {
    const back = 600 - Number(item.parts[0].id.slice(1)); // it arrived this many tenths of a second ago
    assert.ok(now - item.t <= back * 100 && now - item.t >= back * 100 - 2000, `${item.parts[0].id} is ${now - item.t} ms on its way`);
  }
  assert.ok(onScreen().length >= 50, `${onScreen().length} are there`);
  assert.ok(!onScreen().includes('waiting'), 'what waited is a minute old');
  stage.push([say({ id: 'new' })]);
  pass(1500);
  assert.ok(onScreen().includes('new'));
  balanced(stage);
});

test('hidden: new comments are bounded, removed, cleared and merged as usual', () => {
  const { stage, pass, onScreen } = setUp({ merge: true }, { height: 540 });
  stage.setHidden(true);
  stage.push([say({ id: 'bad' }), say({ id: 'by bad', user: 'bad', text: 'x' }), say({ id: 'good', text: 'y' })]);
  stage.push([say({ id: 'a', text: '666' })]);
  pass(3000);
  stage.push([say({ id: 'b', text: '666' })]);
  pass(4000);
  stage.push([say({ id: 'c', text: '666' })]); // a is nearly over
  stage.remove({ ids: ['bad'] });
  stage.remove({ user: 'bad' });
  stage.setHidden(false);
  assert.deepEqual(onScreen().sort(), ['a', 'c', 'good']);
  assert.equal(stage.stats().merged, 1);
  stage.setHidden(true);
  stage.push(many(500, { text: '' }).map((c, i) => ({ ...c, text: String(i) })));
  assert.equal(stage.stats().queued, 200);
  stage.clear();
  stage.setHidden(false);
  pass(300);
  assert.deepEqual(onScreen(), []);
});

test('only comments that came while the stage was visible count for latency', () => {
  const seen = [];
  const { stage, pass } = setUp({}, { height: 54 }, { on: { show: ({ id }) => seen.push(id) } }); // one lane
  stage.push([say({ id: 'live' })]);
  pass(0);
  stage.push([say({ id: 'from before' })], () => 100);
  pass(3000);
  stage.setHidden(true);
  stage.push([say({ id: 'unseen' }), say({ id: 'unseen, too' })]);
  pass(500);
  stage.setHidden(false);
  pass(3000);
  assert.equal(stage.stats().placed, 4);
  stage.push([say({ id: 'again' })]);
  pass(0);
  assert.deepEqual(seen, ['live', 'again']);
});

test('hidden for a moment: comments keep flying, and a removal still applies', () => {
  const { stage, pass, onScreen } = setUp();
  stage.push([say({ id: 'a' }), say({ id: 'b' })]);
  pass(1000);
  stage.setHidden(true);
  pass(2000);
  stage.remove({ ids: ['a'] });
  stage.setHidden(false);
  assert.deepEqual(onScreen(), ['b']);
});

test('a resize while flying keeps comments apart and drops those that no lane can take', () => {
  const { stage, pass, renderer, onScreen } = setUp();
  stage.push(many(20));
  pass(0);
  assert.equal(onScreen().length, 20);
  pass(1000);
  renderer.size.height = 540;
  stage.refresh();
  assert.equal(stage.stats().lanes, 10);
  assert.equal(onScreen().length, 10);
  for (const { y, h } of stage.rects()) assert.ok(y >= 0 && y + h <= 540);
  renderer.size.width = 1280;
  stage.refresh();
  assert.equal(onScreen().length, 10, 'a narrower stage alone drops nobody');
  balancedAfterResize(stage);
});

test('a change between ticks removes a finished comment at once and frees its lane', () => {
  const { stage, pass, timeline, renderer, onScreen } = setUp({}, { height: 54 });
  stage.push([say({ id: 'top', mode: 'top' })]);
  pass(0);
  stage.push([say({ id: 'next' })]);
  timeline.currentTime += 4600; // its 4.5 s are over, and the tick is late
  renderer.size.line = 44;
  stage.refresh();
  assert.deepEqual(onScreen(), []);
});

function balancedAfterResize(stage) {
  const s = stage.stats();
  assert.equal(s.active, s.placed - s.dropped.full);
}

test('area, region, lanes and size change while running', () => {
  const { stage, pass } = setUp();
  stage.push([say()]);
  pass(0);
  stage.config({ ...DEFAULTS, area: 0.5 });
  assert.equal(stage.stats().lanes, 10);
  stage.config({ ...DEFAULTS, area: 0.5, lanes: 4 });
  assert.equal(stage.stats().lanes, 4);
  stage.config({ ...DEFAULTS, area: 0.5, region: 'bottom' });
  pass(9000);
  stage.push([say({ id: 'low' })]);
  pass(250);
  assert.ok(stage.rects()[0].y >= 540);
});

test('a line wider than the screen moves, whatever its mode', () => {
  const { stage, pass, renderer } = setUp();
  stage.push([say({ mode: 'top', text: 'x'.repeat(97) }), say({ mode: 'top', text: 'x' })]);
  pass(0);
  assert.deepEqual([...renderer.shown.keys()].map((i) => i.mode), ['scroll', 'top']);
});

test('strange modes, sizes and colours are drawn as the default', () => {
  const { stage, pass, renderer } = setUp();
  stage.push([say({ mode: 'spiral', size: 'huge', color: 'url(evil)' })]);
  pass(0);
  const [{ parts: [c] }] = renderer.shown.keys();
  assert.deepEqual([c.mode, c.size, c.color], ['scroll', 'medium', '#ffffff']);
});

test('emoji=0 removes emoji, and a comment of emoji alone is not drawn', () => {
  const { stage, pass, renderer } = setUp({ emoji: false });
  stage.push([say({ text: '👋🏽' }), say({ text: 'hi 👋🏽' })]);
  pass(0);
  assert.deepEqual([...renderer.shown.keys()].map((i) => i.parts[0].text), ['hi']);
});

test('comments wait only while the code fades', () => {
  let fade = 240;
  const { stage, pass, onScreen } = setUp({}, {}, { on: { push: () => fade } });
  stage.push([say({ id: 'a' })]);
  fade = 0;
  pass(239);
  assert.deepEqual(onScreen(), []);
  pass(1);
  assert.deepEqual(onScreen(), ['a']);
});

test('overlap=1: a full screen still shows comments, up to the limit', () => {
  const { stage, pass, onScreen } = setUp({ overlap: true, limit: 30 }, { height: 540 });
  stage.push(many(60));
  pass(0);
  assert.equal(onScreen().length, 20, 'one more a lane in one tick');
  pass(500);
  assert.equal(onScreen().length, 30);
});

test('clear empties stage and queue', () => {
  const { stage, pass, onScreen } = setUp();
  stage.push(many(50));
  pass(0);
  stage.clear();
  assert.deepEqual(onScreen(), []);
  assert.equal(stage.stats().queued, 0);
  stage.push([say({ id: 'again' })]);
  pass(250);
  assert.deepEqual(onScreen(), ['again']);
});

test('a comment that started before the page was open continues where it would be', () => {
  const { stage, pass, renderer, onScreen } = setUp({ duration: 9 }, { height: 540 });
  const ago = { fresh: 0, a: 3000, b: 6000, gone: 8500, top: 2000, 'top-over': 4400 };
  stage.push(Object.keys(ago).map((id) => say({ id, mode: id.startsWith('top') ? 'top' : 'scroll' })), (c) => ago[c.id]);
  pass(0);
  assert.deepEqual(onScreen().sort(), ['a', 'b', 'fresh', 'top']);
  assert.equal(stage.stats().dropped.late, 2, 'less than a second is not worth it');
  for (const item of renderer.shown.keys()) {
    const id = item.parts[0].id;
    assert.equal(1000 - item.t, ago[id], id);
    assert.equal(item.until - item.t, id === 'top' ? 4500 : 9000);
  }
  pass(3000); // b has crossed, and the time of the one at the top is over
  assert.deepEqual(onScreen().sort(), ['a', 'fresh']);
  balanced(stage);
});

test('after an absence nothing overlaps, and comments not yet due start at the edge', () => {
  const { stage, pass, renderer, timeline } = setUp({}, { height: 108 }); // two lanes
  const comments = many(24).map((c, i) => ({ ...c, text: 'x'.repeat(3 + ((i * 7) % 30)), at: i * 350 }));
  stage.push(comments, (c) => 8400 - c.at);
  pass(0);
  const midway = [...renderer.shown.keys()].filter((item) => item.t < 1000);
  assert.ok(midway.length >= 8, `${midway.length} midway`);
  for (let step = 0; step < 80; step++) {
    const boxes = [...renderer.shown.keys()].map((item) => ({ item, x: item.m - item.v * (timeline.currentTime - item.t) }));
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1)) {
        assert.ok(a.item.lane !== b.item.lane || a.x + a.item.w <= b.x || b.x + b.item.w <= a.x || Math.max(a.x, b.x) > 1920 || Math.min(a.x + a.item.w, b.x + b.item.w) < 0,
          `${JSON.stringify(a)} over ${JSON.stringify(b)}`);
      }
    }
    pass(125);
  }
  assert.ok(stage.stats().placed > midway.length, 'nobody came in at the edge');
  balanced(stage);
});

test('a comment that a streamer’s styles hide takes no lane and is not counted', () => {
  const { stage, pass, renderer, onScreen } = setUp({ merge: true }, { height: 54 }); // one lane
  renderer.undisplayed = 'twitch';
  stage.push([say({ id: 'a', source: 'twitch', text: '666' }), say({ id: 'b', source: 'twitch', text: '666' }), say({ id: 'c' })]);
  pass(0);
  assert.deepEqual(onScreen(), ['c']);
  assert.deepEqual([stage.stats().received, stage.stats().merged, stage.stats().queued], [1, 0, 0]);
  balanced(stage);
});

test('a merged item that changes its look after a removal takes more room, or leaves if there is none', () => {
  for (const followed of [false, true]) {
    const { stage, pass, renderer, onScreen } = setUp({ merge: true }, { height: 54 }); // one lane
    renderer.wider = 'twitch';
    stage.push([say({ id: 'a', text: '666' }), say({ id: 'b', text: '666', source: 'twitch' })]);
    pass(0);
    if (followed) {
      pass(1000);
      stage.push([say({ id: 'next', text: '1' })]);
      pass(250);
    }
    stage.remove({ ids: ['a'] });
    assert.deepEqual(onScreen(), followed ? ['next'] : ['b']);
    if (!followed) assert.equal([...renderer.shown.keys()][0].w, 260);
  }
});

test('many removals from one merged item change the page once', () => {
  const { stage, pass, renderer } = setUp({ merge: true });
  const lot = many(200, { text: '666' });
  stage.push(lot);
  pass(0);
  const before = renderer.measured;
  stage.remove({ ids: lot.slice(0, 150).map((c) => c.id) });
  assert.equal(renderer.measured, before + 1);
});

test('spaces at the ends make no comment wider than an equal one', () => {
  const { stage, pass, renderer } = setUp({ merge: true });
  stage.push([say({ id: 'a', text: '666' }), say({ id: 'b', text: `  666${' '.repeat(40)}` })]);
  pass(0);
  stage.remove({ ids: ['a'] });
  const [item] = renderer.shown.keys();
  assert.equal(item.parts[0].text, '666');
});

test('hours of a busy room: memory does not grow', () => {
  const { stage, pass, renderer } = setUp({ merge: true });
  for (let i = 0; i < 4000; i++) {
    stage.push(many(1 + (i % 5), { text: 'x'.repeat(1 + (i % 30)) }));
    pass(250);
  }
  pass(15_000);
  const s = stage.stats();
  assert.equal(s.active + s.queued, 0);
  assert.equal(renderer.shown.size, 0);
  balanced(stage);
});

test('an item on the stage closes the lanes that it covers until it leaves', () => {
  let at = null;
  const { stage, pass, renderer } = setUp({ apart: true, duration: 9 }, {}, { pin: { place: () => at } });
  stage.push(many(3, { mode: 'top' }));
  stage.push(many(20));
  pass(0);
  const lanes = () => [...renderer.shown.keys()].map((item) => item.lane).sort((a, b) => a - b);
  assert.equal(lanes().length, 20);
  const before = new Map([...renderer.shown.keys()].map((item) => [item, item.lane]));
  at = { top: 27, bottom: 80 }; // of 54 px each: the first and the second
  stage.refresh();
  assert.ok(lanes()[0] >= 2, String(lanes()));
  for (const item of renderer.shown.keys()) if (before.get(item) > 1) assert.equal(item.lane, before.get(item), 'one moved without need');
  stage.clear();
  stage.push(many(30));
  pass(1000);
  assert.ok(lanes()[0] >= 2, 'clear opens no lane of the pin');
  at = null;
  stage.refresh();
  stage.push(many(5));
  pass(9000);
  stage.push(many(1));
  pass(250);
  assert.equal(lanes()[0], 0);
});
