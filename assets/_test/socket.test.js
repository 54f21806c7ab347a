import assert from 'node:assert/strict';
import test from 'node:test';
import { TIMES } from '../shared/reconnect.js';
import { RoomSocket } from '../shared/socket.js';
import { FakeNetwork } from './fakes.js';

/** @param {any} [over] */
const hello = (over = {}) => ({ type: 'hello', version: 1, time: 0, position: 'e:0', role: 'overlay', room: { id: 'live' }, resumed: false, recent: [], ...over });
/** @param {number} seq */
const comment = (seq) => ({ type: 'comment', seq, id: `c${seq}`, at: seq, text: `t${seq}` });
/** @param {number} position @param {any[]} events */
const events = (position, ...events) => ({ type: 'events', position: `e:${position}`, events });

/** @param {any} [options] */
function start(options = {}) {
  const net = new FakeNetwork();
  /** @type {any[]} */ const log = [];
  const names = ['hello', 'comment', 'held', 'refused', 'remove', 'clear', 'room', 'pin', 'ban', 'unban', 'ack', 'stats', 'error', 'bye', 'state'];
  const handlers = Object.fromEntries(names.map((n) => [n, (/** @type {any} */ arg) => log.push([n, arg])]));
  const socket = new RoomSocket({ room: 'live', role: 'overlay', env: net.env, handlers: { ...handlers, ...options.handlers }, ...options.socket });
  socket.connect();
  const seen = (/** @type {string} */ name) => log.filter(([n]) => n === name).map(([, arg]) => arg);
  return { net, log, seen, socket, ids: () => seen('comment').map((c) => c.id) };
}

test('the socket offers the subprotocol and sends room, role and key', () => {
  const { net } = start({ socket: { room: 'a b', role: 'overlay', key: 'k&y' } });
  assert.deepEqual(net.last.protocols, ['danmaku.v1']);
  assert.equal(net.last.url.pathname, '/api/rooms/a%20b/socket');
  assert.equal(net.last.url.searchParams.get('key'), 'k&y');
  assert.equal(net.last.url.searchParams.has('since'), false);
});

test('comments get defaults, and only hello, events and beat set the position', () => {
  const { net, socket, seen } = start();
  net.last.feed(hello({ position: 'e:3' }), events(5, comment(4)));
  assert.equal(seen('comment')[0].mode, 'scroll');
  assert.equal(seen('comment')[0].color, '#ffffff');
  assert.equal(socket.position, 'e:5');
  net.last.feed({ type: 'beat', position: 'e:9' });
  assert.equal(socket.position, 'e:9');
  net.last.feed({ type: 'ack', position: 'e:99' }, { type: 'stats', position: 'e:98' }, { type: 'beat', position: 'other:500' });
  assert.equal(socket.position, 'e:9', 'no other frame moves it, nor another epoch');
  net.last.feed(events(7, comment(6)));
  assert.equal(socket.position, 'e:9', 'never back');
});

test('a frame\'s other fields of the room arrive as a change of the room', () => {
  const { net, socket, seen } = start({ socket: { role: 'audience' } });
  net.last.feed(hello({ position: 'e:3' }), { type: 'room', webhooks: true, text_leaves: true, keep_days: 0 });
  assert.equal(seen('room')[0].webhooks, true);
  assert.equal(socket.position, 'e:3', 'it is of no place in the log');
});

test('a beat is answered, also before hello', () => {
  const { net } = start();
  net.last.feed({ type: 'beat', position: 'e:1' });
  assert.deepEqual(net.last.sent, ['{"type":"beat"}']);
});

test('the answer to a beat carries the page\'s report', () => {
  let extra = {};
  const { net } = start({ socket: { answer: () => extra } });
  net.last.feed({ type: 'beat', position: 'e:1' });
  extra = { shown_ms: 64 };
  net.last.feed({ type: 'beat', position: 'e:2' });
  assert.deepEqual(net.last.sent, ['{"type":"beat"}', '{"type":"beat","shown_ms":64}']);
});

test('comments at or below the position are dropped, but never remove and clear', () => {
  const { net, ids, log } = start();
  net.last.feed(hello({ position: 'e:10' }));
  net.last.feed(events(12, comment(9), comment(10), comment(12), { type: 'remove', seq: 4, ids: ['c2'] }, { type: 'clear', seq: 5 }));
  assert.deepEqual(ids(), ['c12']);
  assert.deepEqual(log.slice(-2).map(([n]) => n), ['remove', 'clear']);
});

test('all events of one frame are compared with the position before it', () => {
  const { net, ids } = start();
  net.last.feed(hello({ position: 'e:1' }), events(4, comment(4), comment(2), comment(3)));
  assert.deepEqual(ids(), ['c4', 'c2', 'c3']);
});

test('frames that overtake hello are kept and applied after it', () => {
  const { net, ids, log } = start();
  net.last.feed(events(4, comment(4)), events(5, comment(5)), hello({ position: 'e:4', recent: [comment(4)] }));
  assert.deepEqual(ids(), ['c5']);
  assert.deepEqual(log.map(([n]) => n).filter((n) => n !== 'state'), ['hello', 'comment']);
});

test('after a resume missed comments come first, then frames that overtook hello', () => {
  const { net, ids, socket } = start();
  net.last.feed(hello({ position: 'e:2' }));
  net.last.cut();
  net.clock.advance(net.clock.next);
  assert.equal(net.last.url.searchParams.get('since'), 'e:2');
  net.last.feed(events(6, comment(6)), { type: 'beat', position: 'e:6' }, hello({ position: 'e:2', resumed: true }), events(6, comment(3), comment(5), comment(6)));
  assert.deepEqual(ids(), ['c3', 'c5', 'c6']);
  assert.equal(socket.position, 'e:6');
});

test('a resuming client sees every comment once and in order, in any order of frames', () => {
  // A log of 30 comments, cut and resumed at random; broadcast frames may
  // overtake hello and overlap the resumed ones.
  let seed = 7;
  const rnd = (/** @type {number} */ n) => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed % n; };
  for (let round = 0; round < 300; round++) {
    const { net, ids } = start();
    net.last.feed(hello({ position: 'e:0' }));
    let head = 0;
    while (head < 30) {
      const from = head;
      head = Math.min(30, head + 1 + rnd(4));
      const fresh = Array.from({ length: head - from }, (_, i) => comment(from + 1 + i));
      if (rnd(3) > 0) { net.last.feed(events(head, ...fresh)); continue; }
      net.last.cut();
      net.clock.advance(net.clock.next);
      const since = Number(net.last.url.searchParams.get('since').split(':')[1]);
      assert.equal(since, from);
      // The server registers the socket, then reads the log up to `read`; frames
      // from `from` on may arrive before hello.
      const early = rnd(2) ? [events(head, ...fresh)] : [];
      net.last.feed(...early, hello({ position: `e:${since}`, resumed: true }), events(head, ...fresh));
      if (rnd(2)) net.last.feed({ type: 'beat', position: `e:${head}` });
    }
    assert.deepEqual(ids(), Array.from({ length: 30 }, (_, i) => `c${i + 1}`));
  }
});

test('invalid frames, unknown frames and unknown events are ignored', () => {
  const { net, ids, socket } = start();
  net.last.feed('{', 'null', '[]', '"x"', '{"a":1}', { type: 'novelty' }, hello(), { type: 'events', position: 'e:1', events: null }, events(2, null, 5, { type: 'dance' }, comment(2)));
  assert.deepEqual(ids(), ['c2']);
  assert.equal(socket.state, 'open');
  assert.deepEqual(net.reports, []);
});

test('a handler that throws harms neither the connection nor the events after it', () => {
  const { net, ids } = start({ handlers: { clear() { throw new Error('boom'); } } });
  net.last.feed(hello(), events(2, { type: 'clear', seq: 1 }, comment(2)));
  assert.deepEqual(ids(), ['c2']);
  assert.equal(net.reports.length, 1);
});

test('send works only after the server has greeted', () => {
  const { net, socket } = start();
  assert.equal(socket.send({ type: 'send' }), false);
  net.last.readyState = 1;
  assert.equal(socket.send({ type: 'send' }), false);
  net.last.feed(hello());
  assert.equal(socket.send({ type: 'send', text: 'x' }), true);
  assert.deepEqual(net.last.sent, ['{"type":"send","text":"x"}']);
});

test('the socket reconnects after 25 s of silence or 12 s without a greeting', () => {
  const { net, seen } = start();
  net.clock.advance(TIMES.opening - 1);
  assert.equal(net.sockets.length, 1);
  net.clock.advance(1);
  assert.equal(net.sockets[0].readyState, 2, 'given up');
  net.clock.advance(net.clock.next);
  net.last.feed(hello());
  for (let i = 0; i < 6; i++) { net.clock.advance(20_000); net.last.feed({ type: 'beat', position: 'e:0' }); }
  assert.equal(net.sockets.length, 2, 'beats keep it');
  net.clock.advance(TIMES.silent);
  assert.deepEqual(seen('state'), ['connecting', 'waiting', 'connecting', 'open', 'waiting']);
});

test('the wait grows with jitter to at most 20 s, and starts again after a stable connection', () => {
  const { net } = start();
  for (let i = 0; i < 40; i++) {
    net.random = (i % 11) / 11;
    net.last.cut();
    const step = Math.min(TIMES.most, TIMES.first * 2 ** i);
    assert.ok(net.clock.next >= step * 0.25 && net.clock.next <= Math.min(20_000, step * 1.25), `attempt ${i}: ${net.clock.next}`);
    assert.equal(net.clock.pending, 1, 'one timer at most');
    net.clock.advance(net.clock.next);
  }
  assert.equal(net.sockets.length, 41);
  net.last.feed(hello());
  net.last.cut();
  assert.ok(net.clock.next > 2000, 'a greeting alone does not count: a server that drops at once is not hammered');
  net.clock.advance(net.clock.next);
  net.last.feed(hello());
  net.clock.advance(TIMES.stable);
  net.last.cut();
  assert.ok(net.clock.next <= 313);
});

test('the wait in bye is kept, also when the network comes back', () => {
  const { net } = start();
  net.last.feed(hello(), { type: 'bye', code: 'restart', wait_ms: 7000 });
  net.last.cut(1012);
  assert.ok(net.clock.next >= 7000);
  net.wake();
  assert.equal(net.sockets.length, 1);
});

test('the socket reconnects at once when the network or the page comes back', () => {
  const { net } = start();
  for (let i = 0; i < 8; i++) { net.last.cut(); net.clock.advance(net.clock.next); }
  net.last.cut();
  net.wake();
  assert.equal(net.sockets.length, 10);
  net.last.feed(hello());
  net.wake();
  assert.equal(net.sockets.length, 10, 'a fresh connection is left alone');
  net.clock.sleep(600_000);
  net.wake();
  assert.equal(net.sockets.length, 11, 'one that slept is not trusted');
});

test('a device that reports offline closes the socket at once', () => {
  const { net } = start();
  net.last.feed(hello());
  assert.equal(net.last.readyState, 1);
  net.lost?.();
  assert.ok(net.last.readyState >= 2, 'the socket is let go, not waited for');
  assert.ok(net.clock.next <= 313, 'and tried again, in case the device is wrong');
  net.wake();
  assert.equal(net.sockets.length, 2);
  net.lost?.();
  net.lost?.();
  assert.equal(net.sockets.length, 2);
});

test('frames of a replaced socket are ignored', () => {
  const { net, ids } = start();
  const old = net.last;
  old.feed(hello());
  net.clock.sleep(60_000);
  net.wake();
  net.last.feed(hello());
  old.onmessage?.({ data: JSON.stringify(events(9, comment(9))) });
  old.onclose?.({ code: 1006 });
  assert.deepEqual(ids(), []);
  assert.equal(net.sockets.length, 2);
});

for (const [code, bye] of /** @type {[number, string][]} */ ([[4001, 'revoked'], [4003, 'banned'], [1006, 'revoked'], [1006, 'banned']])) {
  test(`after ${code} with bye ${bye} phones and consoles stop, an overlay asks every 60 s`, () => {
    for (const role of ['audience', 'console']) {
      const { net, socket } = start({ socket: { role } });
      net.last.feed(hello(), { type: 'bye', code: bye });
      net.last.cut(code);
      assert.equal(socket.state, 'stopped');
      assert.equal(net.clock.pending, 0);
      net.wake();
      net.clock.advance(3_600_000);
      assert.equal(net.sockets.length, 1);
    }
    const { net, socket } = start();
    for (let i = 1; i < 5; i++) {
      net.last.feed({ type: 'bye', code: bye });
      net.last.cut(code);
      assert.equal(socket.state, 'waiting');
      net.wake();
      assert.equal(net.sockets.length, i, 'waking does not shorten it');
      assert.equal(net.clock.next, 60_000);
      net.clock.advance(60_000);
      assert.equal(net.sockets.length, i + 1);
    }
  });
}

test('the token for blocked cookies is sent on reconnect', () => {
  const { net } = start({ socket: { role: 'audience' } });
  net.last.feed(hello({ user: { id: 'u', token: 'tok' } }));
  net.last.cut();
  net.clock.advance(net.clock.next);
  assert.equal(net.last.url.searchParams.get('token'), 'tok');
});

test('close leaves no timer, no listener and no reconnect', () => {
  const { net, socket } = start();
  net.last.feed(hello());
  socket.close();
  assert.equal(net.last.closedWith, 1000);
  assert.equal(net.clock.pending, 0);
  assert.equal(net.wakers.size, 0);
  net.last.cut(1000);
  net.clock.advance(100_000);
  assert.equal(net.sockets.length, 1);
});
