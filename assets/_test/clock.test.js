import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { Wait } from '../audience/wait.js';
import { RaidWatch } from '../console/raid.js';
import { Store } from '../console/store.js';
import { CatchUp, SKEW } from '../overlay/catch-up.js';
import { Latency } from '../overlay/latency.js';
import { Obs } from '../overlay/obs.js';
import { ServerClock } from '../shared/server-clock.js';
import { TIMES } from '../shared/reconnect.js';
import { RoomSocket } from '../shared/socket.js';
import { FakeClock, FakeNetwork } from './fakes.js';

const HOUR = 3_600_000;

/** Two clocks: `run` passes time on both, `set` moves only the device's. @param {import('node:test').TestContext} t */
function clocks(t) {
  let mono = 5_000, wall = 1_700_000_000_000;
  t.mock.method(performance, 'now', () => mono);
  t.mock.method(Date, 'now', () => wall);
  return {
    get wall() { return wall; },
    run: (/** @type {number} */ ms) => { mono += ms; wall += ms; },
    set: (/** @type {number} */ ms) => { wall += ms; },
  };
}

test('setting the device\'s clock does not change when the socket times out', (t) => {
  for (const step of [-HOUR, -1000, HOUR, 25_000]) {
    const time = clocks(t);
    const net = new FakeNetwork();
    /** @type {{fn: () => void, ms: number}[]} */ let timers = [];
    const globals = /** @type {any} */ (globalThis);
    const target = Object.assign(new EventTarget(), { hidden: false });
    const kept = { WebSocket: globals.WebSocket, location: globals.location, window: globals.window, document: globals.document, setTimeout: globals.setTimeout, clearTimeout: globals.clearTimeout };
    Object.assign(globals, {
      WebSocket: net.env.WebSocket, location: net.env.location, window: target, document: target,
      setTimeout: (/** @type {any} */ fn, /** @type {number} */ ms) => timers.push({ fn, ms }), clearTimeout: () => { timers = []; },
    });
    try {
      const socket = new RoomSocket({ room: 'live', role: 'overlay' });
      socket.connect();
      net.last.feed({ type: 'hello', version: 1, time: 0, position: 'e:0', room: {}, recent: [] });
      time.set(step);
      /** Runs the waiting timer if it is due. */
      const due = () => {
        const [{ fn, ms }] = timers.splice(0);
        time.run(ms);
        fn();
      };
      time.run(10_000);
      net.last.feed({ type: 'beat', position: 'e:0' });
      due(); // the time for a greeting is over, and it has arrived
      assert.equal(net.sockets.length, 1, `${step}: what was heard lately is left alone`);
      for (let i = 0; i < 3 && socket.state === 'open'; i++) due();
      assert.equal(net.sockets[0].readyState, 2, `${step}: silence is noticed`);
      due();
      assert.equal(net.sockets.length, 2, `${step}: and ended`);
      socket.close();
    } finally {
      Object.assign(globals, kept);
      t.mock.restoreAll();
    }
  }
});

test('setting the clock does not change the wait to reconnect, and either clock detects sleep', () => {
  const net = new FakeNetwork();
  const wall = new FakeClock();
  const socket = new RoomSocket({ room: 'live', role: 'overlay', env: { ...net.env, wall: wall.now } });
  socket.connect();
  net.last.feed({ type: 'hello', version: 1, time: 0, position: 'e:0', room: {}, recent: [] });
  wall.sleep(-HOUR);
  net.wake();
  assert.equal(net.sockets.length, 1, 'set back: what was just heard is not stale');
  wall.sleep(HOUR + TIMES.stale + 1); // the device and its monotonic clock slept
  net.wake();
  assert.equal(net.sockets.length, 2, 'asleep by the device\'s clock');
  net.last.feed({ type: 'hello', version: 1, time: 0, position: 'e:0', room: {}, recent: [] }, { type: 'bye', code: 'restart', wait_ms: 7000 });
  net.last.cut(1012);
  wall.sleep(HOUR);
  net.wake();
  assert.equal(net.sockets.length, 2, 'a clock set forward does not shorten what bye asked for');
  net.clock.advance(net.clock.next);
  assert.equal(net.sockets.length, 3);
});

test('the server\'s time runs evenly while the device\'s clock is set', (t) => {
  for (const step of [-HOUR, HOUR]) {
    const time = clocks(t);
    const clock = new ServerClock();
    assert.equal(clock.now, time.wall, 'the device\'s own before anything was heard');
    const server = time.wall + 90_000;
    clock.reset(server);
    time.set(step);
    time.run(4000);
    assert.equal(clock.now, server + 4000);
    assert.equal(clock.local(server + 10_000), time.wall + 6000, 'as the device shows it now');
    assert.equal(clock.local(0), 0);
    clock.sync(server + 4000 - 300);
    assert.equal(clock.now, server + 4000, 'a late message is no other time');
    clock.reset(server - HOUR);
    assert.equal(clock.now, server - HOUR, 'the server\'s own clock was set: a new connection follows it');
    clock.sync(NaN);
    assert.equal(clock.now, server - HOUR);
    t.mock.restoreAll();
  }
});

test('durations on pages do not follow the device\'s clock', (t) => {
  for (const step of [-HOUR, HOUR]) {
    const time = clocks(t);
    const store = new Store({ roomId: 'live', role: 'owner', me: '', view: '', words: /** @type {any} */ ({}) });
    store.clock.reset(1000);
    const latency = new Latency();
    latency.greeted(1000, 0);
    const watch = new RaidWatch();
    watch.take({ newcomers: 40 }, {});
    watch.wave();
    const target = new EventTarget();
    /** @type {any[]} */ const sent = [];
    let up = false;
    const obs = new Obs(target, { send: (frame) => up && sent.push(frame) > 0, visible: () => {} });
    target.dispatchEvent(new Event('obsRecordingStarted'));

    time.set(step);
    time.run(250);
    assert.equal(store.now, 1250);
    latency.shown(1100);
    assert.deepEqual(latency.takeMedian(), { shown_ms: 150 });
    watch.take({ newcomers: 40 }, {});
    assert.equal(watch.raid, null, 'still waved off');
    time.run(600_000);
    watch.take({ newcomers: 40 }, {});
    assert.ok(watch.raid, 'and told again in its time');
    up = true;
    obs.flush();
    assert.equal(sent[0].ago, 600_250);
    t.mock.restoreAll();
  }
});

test('the phone\'s wait ends on time with a clock set back and after sleep', () => {
  let mono = 0, wall = 1_700_000_000_000;
  const wait = new Wait(() => mono, () => wall);
  assert.equal(wait.left, 0, 'none was asked for');
  wait.start(30_000);
  wall -= HOUR;
  mono += 10_000;
  assert.equal(wait.left, 20_000, 'set back');
  mono += 20_000;
  assert.equal(wait.left, 0);
  wait.start(30_000);
  wall += 60_000; // asleep: the monotonic clock stopped
  assert.equal(wait.left, 0, 'slept through');
  wait.start(30_000);
  wait.start(0);
  assert.equal(wait.left, 0, 'ended');
});

test('the overlay places missed comments by their age and none in the future', () => {
  const time = 1_700_000_000_000, crossing = 9_000;
  for (const delay of [0, 5_000]) {
    const missed = new CatchUp();
    assert.ok(missed.stillCrossing({ at: time + HOUR }, crossing), 'live: whatever comes');
    missed.begin(time, delay);
    const present = time - delay;
    for (const [at, crosses] of /** @type {[number, boolean][]} */ ([
      [present, true], [present - crossing, true], [present - crossing - 1, false], [present + SKEW, true], [present + SKEW + 1, false],
      [present + 25_000, false], [present + HOUR, false], [present + 366 * 24 * HOUR, false],
    ])) assert.equal(missed.stillCrossing({ at }, crossing), crosses, `${delay} ${at - present}`);
    assert.equal(missed.age({ at: present - 300 }), 300);
    assert.equal(missed.age({ at: present + 300 }), 0);
    missed.end();
    assert.equal(missed.age({ at: 0 }), 0);
  }
});

// Code that may read the device's clock: it shows a time to a person or a server, or
// makes an unused address. All other code measures with performance.now().
const MAY = {
  'shared/socket-env.js': 1, 'shared/server-clock.js': 2, 'overlay/obs.js': 1, 'overlay/code.js': 1,
  'audience/outcome.js': 2, 'audience/wait.js': 1, 'console/page-air.js': 1, 'console/header.js': 1,
};

test('no page measures a duration with the device\'s clock', () => {
  const root = new URL('../', import.meta.url);
  for (const folder of ['audience', 'builder', 'console', 'overlay', 'poster', 'screen', 'shared', 'welcome']) {
    for (const name of readdirSync(new URL(`${folder}/`, root)).filter((file) => /\.(js|html)$/.test(file))) {
      const uses = readFileSync(new URL(`${folder}/${name}`, root), 'utf8').match(/Date\.now\b|new Date\(\)/g) ?? [];
      assert.equal(uses.length, MAY[/** @type {keyof typeof MAY} */ (`${folder}/${name}`)] ?? 0, `${folder}/${name} reads the device's clock`);
    }
  }
});
