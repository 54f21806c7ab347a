// The client reads the golden frames that the Go tests write and check.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { Outbox } from '../audience/outbox.js';
import { bannerState } from '../console/banner-state.js';
import { FeedModel, matches } from '../console/model.js';
import { isOn, replayName } from '../console/replay.js';
import { parseFrame, parsePosition } from '../shared/protocol.js';
import { RoomSocket } from '../shared/socket.js';
import { FakeNetwork } from './fakes.js';

const folder = new URL('../../comment/testdata/frames/', import.meta.url);
const read = (/** @type {string} */ name) => readFileSync(new URL(`${name}.json`, folder), 'utf8');
const names = readdirSync(folder).filter((f) => f.endsWith('.json')).map((f) => f.slice(0, -5));

test('the client knows every golden frame', () => {
  assert.ok(names.length > 5);
  for (const name of names) {
    const frame = parseFrame(read(name));
    assert.ok(frame, name);
    assert.ok(name.startsWith(frame.type), name);
    if ('position' in frame) assert.ok(parsePosition(frame.position), name);
  }
});

/** @param {'audience'|'overlay'|'console'} role @param {string[]} frames */
function play(role, ...frames) {
  const net = new FakeNetwork();
  /** @type {[string, any][]} */ const log = [];
  const kinds = ['hello', 'comment', 'held', 'refused', 'remove', 'clear', 'ack', 'stats', 'replay', 'beat', 'bye'];
  const handlers = Object.fromEntries(kinds.map((k) => [k, (/** @type {any} */ arg) => log.push([k, arg])]));
  const socket = new RoomSocket({ room: 'live', role, env: net.env, handlers });
  socket.connect();
  net.last.feed(...frames);
  assert.deepEqual(net.reports, []);
  return { log, socket, net, got: (/** @type {string} */ kind) => log.filter(([k]) => k === kind).map(([, arg]) => arg) };
}

test('the hello of a phone has the room, the user and recent comments', () => {
  const { got, socket } = play('audience', read('hello-audience'));
  const [hello] = got('hello');
  assert.equal(hello.room.title, 'Friday');
  assert.equal(hello.user.wait_ms, 1500);
  assert.equal(hello.recent[0].color, '#ffffff', 'defaults are filled in');
  assert.equal(socket.position, 'k3f9:44');
});

test('an overlay that resumes gets missed comments, with styles and defaults', () => {
  const missed = JSON.parse(read('events-overlay'));
  const hello = { ...JSON.parse(read('hello-overlay')), position: 'k3f9:40' };
  const { got, log } = play('overlay', JSON.stringify(hello), JSON.stringify(missed));
  const [styled, plain] = got('comment');
  assert.deepEqual([styled.mode, styled.color, styled.size, styled.badge, styled.source], ['top', '#66e0ff', 'big', 'moderator', 'replay']);
  assert.equal(styled.text, '前方高能 <b>&');
  assert.deepEqual([plain.mode, plain.color, plain.size, plain.name, plain.badge, plain.source], ['scroll', '#ffffff', 'medium', '', '', 'audience']);
  assert.deepEqual(log.map(([k]) => k), ['hello', 'comment', 'comment', 'remove', 'clear']);
});

test('a console receives notes on people, and a phone its own warnings', () => {
  const net = new FakeNetwork();
  /** @type {string[]} */ const log = [];
  const record = (/** @type {string} */ kind) => (/** @type {any} */ event) => log.push(`${kind} ${event.id}`);
  new RoomSocket({ room: 'live', role: 'console', env: net.env, handlers: { note: record('note'), note_gone: record('gone'), note_read: record('read') } }).connect();
  net.last.feed(JSON.stringify({ ...JSON.parse(read('hello-console')), position: 'k3f9:40' }), read('events-notes-console'));
  assert.deepEqual(log, ['note 3', 'note 4', 'read 3', 'gone 4']);
  const { got } = play('audience', read('hello-warned'));
  assert.deepEqual(got('hello')[0].user.warnings.map((/** @type {any} */ w) => w.text ?? w.ready), ['no spoilers, please', 'spam']);
});

test('a console lists the comments of its events', () => {
  const hello = { ...JSON.parse(read('hello-overlay')), role: 'console', position: 'k3f9:40', resumed: false };
  const { got } = play('console', JSON.stringify(hello), read('events-console'), read('stats'));
  const model = new FeedModel();
  for (const comment of got('comment')) model.put(comment, 'shown');
  for (const comment of got('refused')) model.put(comment, 'refused');
  for (const event of got('remove')) model.remove(event);
  const [row] = model.all.filter((e) => matches(e, { kind: 'stopped', query: '', user: '', source: '' }));
  assert.deepEqual([row.status, row.by, row.rule], ['removed', 'mod-2', 'words']);
  assert.equal(got('stats')[0].clients.audience, 482);
});

test('heartbeats move the position and are answered, and the wait of bye is kept', () => {
  const { socket, net, got } = play('audience', read('hello-audience'), read('beat'), read('bye-restart'));
  assert.equal(socket.position, 'k3f9:44');
  assert.deepEqual(net.last.sent, ['{"type":"beat"}']);
  assert.equal(got('beat')[0].people, 3);
  net.last.cut(1012);
  assert.ok(net.clock.next >= JSON.parse(read('bye-restart')).wait_ms);
});

for (const [name, kind, what] of [['ack-shown', 'settled', 'shown'], ['ack-held', 'settled', 'held'], ['ack-refused', 'settled', 'refused'], ['ack-slow-down', 'returned', 'refused']]) {
  test(`${name} is understood by the outbox`, () => {
    const ack = JSON.parse(read(name));
    const net = new FakeNetwork();
    /** @type {any[]} */ const log = [];
    const box = new Outbox({
      send: () => true, changed() {}, setTimeout: net.clock.setTimeout, clearTimeout: net.clock.clearTimeout, makeRef: () => ack.ref,
      settled: (_, a) => log.push(['settled', a.outcome]), returned: (_, a) => log.push(['returned', a.outcome]),
    });
    box.online();
    box.add({ text: '666', mode: 'scroll', color: '#ffffff', size: 'medium', name: '' });
    box.answered(ack);
    assert.deepEqual(log, [[kind, what]]);
    assert.equal(box.items.length, 0);
  });
}

test('the hello of a console has the running replay, and the console can pause and stop it', () => {
  const { got } = play('console', read('hello-console'), read('replay'), read('replay-over'));
  const [hello] = got('hello'), [on, over] = got('replay');
  assert.deepEqual({ ...hello.replay, type: 'replay' }, on);
  assert.ok(isOn(hello.replay) && !isOn(over) && !isOn(null));
  /** @type {any[]} */ const calls = [];
  const words = { lang: 'en', t: (/** @type {string} */ key, /** @type {any} */ more = {}) => [key, ...Object.values(more)].join(' ') };
  const bannerOf = (/** @type {any} */ replay) => bannerState(/** @type {any} */ ({
    store: { room: { state: 'open' }, words, replay, path: (/** @type {string[]} */ ...parts) => parts.join('/') }, saving: true, stopped: '',
    acts: { call: (/** @type {any[]} */ ...call) => calls.push(call) }, raids: { raid: null, answers: () => ({ given: [], left: [] }) },
  }));
  const banner = bannerOf(on);
  assert.equal(banner?.text, 'replay_banner show.xml 1:23 8:26');
  for (const { act } of banner?.answers ?? []) act();
  for (const { act } of bannerOf({ ...on, state: 'paused' })?.answers ?? []) act();
  assert.deepEqual(calls.map(([method, path, body]) => [method, path, body?.state]), [
    ['PATCH', 'replay', 'paused'], ['DELETE', 'replay', undefined], ['PATCH', 'replay', 'playing'], ['DELETE', 'replay', undefined],
  ]);
  assert.deepEqual(bannerOf({ ...on, state: 'loading' })?.answers?.map((a) => a.name), ['stop']);
  assert.equal(bannerOf(over), null);
  assert.match(replayName(/** @type {any} */ (words), over), /Nov 14, 2023/);
});

test('a brief frame has the same content as the full one', () => {
  const received = (/** @type {string} */ name, /** @type {'overlay'|'console'} */ role) => {
    const hello = { ...JSON.parse(read('hello-overlay')), role, position: 'k3f9:40' };
    const { log, socket } = play(role, JSON.stringify(hello), read(name));
    return { log: log.slice(1), position: socket.position };
  };
  assert.deepEqual(received('events-brief', 'overlay'), received('events-overlay', 'overlay'));
  const { log, position } = received('events-brief-sources', 'overlay');
  assert.deepEqual(log.map(([, c]) => [c.seq, c.at, c.source]), [[43, 1700000000000, 'twitch'], [44, 1700000001000, 'twitch']]);
  assert.equal(position, 'k3f9:44', 'that of the last event, in the epoch of the hello');
});

test('a socket asks for brief frames', () => {
  assert.match(String(play('overlay').net.last.url), /[?&]brief=1(&|$)/);
});
