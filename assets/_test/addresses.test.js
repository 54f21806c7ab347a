// The machine to which a page moves if its own does not answer.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { Addresses, OPENING } from '../shared/addresses.js';
import { atMachine, machineTicket, setMachine } from '../shared/machine.js';
import { TIMES } from '../shared/reconnect.js';
import { RoomSocket } from '../shared/socket.js';
import { FakeNetwork } from './fakes.js';

const B = 'https://b.example', C = 'https://c.example:8443';

/** @param {any} [over] */
const hello = (over = {}) => ({ type: 'hello', version: 1, time: 0, position: 'e:0', role: 'overlay', room: { id: 'live' }, resumed: false, recent: [], addresses: [B, C], ...over });
/** Waits until the page has loaded the module about other machines. */
const loaded = () => new Promise((done) => { setTimeout(done, 0); });
/** @param {number} seq */
const comment = (seq) => ({ type: 'comment', seq, id: `c${seq}`, at: seq, text: `t${seq}` });

/** Creates a page at https://a.example. @param {'overlay'|'audience'} role @param {any} [handlers] */
function page(role, handlers = {}) {
  const net = new FakeNetwork();
  net.env.location = { protocol: 'https:', host: 'a.example' };
  const socket = new RoomSocket({ room: 'live', role, key: 'k', env: net.env, handlers });
  socket.connect();
  return { net, socket, at: () => net.last.url.host, query: (/** @type {string} */ name) => net.last.url.searchParams.get(name) };
}

test('an overlay whose machine fails resumes at once at the next machine', async () => {
  /** @type {string[]} */ const ids = [];
  /** @type {string[]} */ const machines = [];
  const { net, at, query } = page('overlay', { comment: (/** @type {any} */ c) => ids.push(c.id), machine: (/** @type {string} */ origin) => machines.push(origin) });
  net.last.feed(hello(), { type: 'events', position: 'e:2', events: [comment(1), comment(2)] });
  await loaded();
  net.last.cut();
  assert.equal(net.clock.next, 0);
  net.clock.advance(0);
  assert.deepEqual([at(), query('since'), query('key'), query('ticket')], ['b.example', 'e:2', 'k', null]);
  assert.equal(net.last.url.protocol, 'wss:');
  net.last.feed(hello({ position: 'e:2', resumed: true, addresses: [C] }), { type: 'events', position: 'e:3', events: [comment(2), comment(3)] });
  assert.deepEqual(ids, ['c1', 'c2', 'c3']);
  assert.deepEqual(machines, [B]);
});

test('the page tries each machine once, then waits and starts again with its own', async () => {
  const { net, at } = page('overlay');
  net.last.feed(hello());
  await loaded();
  net.clock.advance(TIMES.stable);
  net.last.cut();
  for (const host of ['b.example', 'c.example:8443']) {
    assert.equal(net.clock.next, 0);
    net.clock.advance(0);
    assert.equal(at(), host);
    net.last.cut();
  }
  assert.ok(net.clock.next > 0 && net.clock.next <= 313, 'all have failed');
  net.clock.advance(net.clock.next);
  assert.equal(at(), 'a.example');
});

test('the page waits before it retries machines that drop it right after the greeting', async () => {
  const { net } = page('overlay');
  net.last.feed(hello({ addresses: [B] }));
  await loaded();
  net.last.cut();
  net.clock.advance(0);
  net.last.feed(hello({ addresses: [] }));
  net.last.cut();
  assert.ok(net.clock.next > 0, 'both have failed since one lasted');
});

test('the page tries the next machine after 5 s without a greeting, or after 12 s if it knows only one', async () => {
  const { net, at } = page('overlay');
  net.clock.advance(OPENING);
  assert.equal(net.sockets.length, 1, 'no other is known yet');
  net.last.feed(hello());
  await loaded();
  net.last.cut();
  net.clock.advance(0);
  assert.equal(at(), 'b.example');
  net.clock.advance(OPENING);
  assert.equal(net.sockets[1].readyState, 2, 'given up');
  net.clock.advance(0);
  assert.equal(at(), 'c.example:8443');
});

test('a phone retries its own machine once, then moves on as the same person', async () => {
  /** @type {any[]} */ const machines = [];
  const { net, at, query } = page('audience', { machine: (/** @type {any[]} */ ...args) => machines.push(args) });
  net.last.feed(hello({ user: { id: 'u', ticket: 'tick', ticket_ms: 60_000 } }));
  await loaded();
  net.last.cut();
  assert.ok(net.clock.next >= 62, 'a hall does not move as one when a line blinks');
  net.clock.advance(net.clock.next);
  assert.deepEqual([at(), query('ticket')], ['a.example', null], 'its cookie says who it is there');
  net.last.cut();
  net.clock.advance(0);
  assert.deepEqual([at(), query('ticket'), query('token')], ['b.example', 'tick', null]);
  net.last.feed(hello({ user: { id: 'u' }, addresses: undefined }));
  net.clock.advance(TIMES.stable);
  net.last.cut();
  net.clock.advance(net.clock.next);
  assert.equal(at(), 'b.example', 'it serves the page now');
  net.last.cut();
  net.clock.advance(0);
  assert.deepEqual([at(), query('ticket')], ['a.example', null]);
  net.last.cut();
  net.clock.advance(0);
  assert.deepEqual([at(), query('ticket')], ['c.example:8443', 'tick']);
  assert.deepEqual(machines, [[B, 'tick']]);
});

test('a phone without a valid ticket stays with its own machine', async () => {
  for (const user of [{ id: 'u' }, { id: 'u', ticket: 'old', ticket_ms: 1000 }]) {
    const { net, at } = page('audience');
    net.last.feed(hello({ user }));
    await loaded();
    net.clock.advance(TIMES.stable);
    for (let i = 0; i < 4; i++) {
      net.last.cut();
      assert.ok(net.clock.next > 0);
      net.clock.advance(net.clock.next);
      assert.equal(at(), 'a.example');
    }
  }
});

test('a phone whose browser blocks cookies sends its token to the next machine', async () => {
  const { net, at, query } = page('audience');
  net.last.feed(hello({ user: { id: 'u', token: 'tok' } }));
  await loaded();
  net.last.cut();
  net.clock.advance(net.clock.next);
  net.last.cut();
  net.clock.advance(0);
  assert.deepEqual([at(), query('token'), query('ticket')], ['b.example', 'tok', null]);
});

test('the page accepts only origins as addresses, and on https only https origins', () => {
  const wrong = ['http://b.example', 'https://b.example/', 'https://b.example/x', 'https://u:p@b.example', 'ftp://b.example', 'javascript:0', '//b.example', 'b.example', '', null, 5, {}, 'https://a.example'];
  const under = (/** @type {string} */ protocol) => {
    const addresses = new Addresses('overlay', { location: { protocol, host: 'a.example' }, now: () => 0 });
    addresses.greeted(/** @type {any} */ (hello({ addresses: wrong })));
    return addresses;
  };
  assert.equal(under('https:').failed(false), false);
  const plain = under('http:');
  assert.deepEqual([plain.failed(false), plain.elsewhere], [true, 'http://b.example']);
});

test('the page tries the next machine when the browser throws on an address', async () => {
  const net = new FakeNetwork();
  const Real = net.env.WebSocket;
  net.env.location = { protocol: 'https:', host: 'a.example' };
  net.env.WebSocket = class extends Real {
    /** @param {string} url @param {string[]} protocols */
    constructor(url, protocols) {
      if (url.includes('b.example')) throw new Error('SecurityError');
      super(url, protocols);
    }
  };
  new RoomSocket({ room: 'live', role: 'overlay', env: net.env }).connect();
  net.last.feed(hello());
  await loaded();
  net.last.cut();
  net.clock.advance(0);
  assert.equal(net.last.url.host, 'c.example:8443');
});

test('requests to another machine carry its address and the ticket', () => {
  setMachine(B, 'tick');
  assert.deepEqual([atMachine('/photos/1'), machineTicket()], [`${B}/photos/1`, 'tick']);
  setMachine('');
  assert.deepEqual([atMachine('/photos/1'), machineTicket()], ['/photos/1', '']);
});

test('pages preload every module, stylesheet and language that they load on use', () => {
  for (const [folder, file] of [['audience', 'ahead.js'], ['overlay', 'show.js']]) {
    const dir = new URL(`../${folder}/`, import.meta.url);
    /** @type {Record<string, string>} without comments, where types name modules, too */ const code = {};
    for (const name of readdirSync(dir)) if (name.endsWith('.js')) code[name] = readFileSync(new URL(name, dir), 'utf8').replace(/\/\*.*?\*\//gs, '');
    const named = (/** @type {RegExp} */ pattern) => new Set(Object.values(code).flatMap((text) => [...text.matchAll(pattern)].map((m) => m[1])));
    for (const module of named(/import\('(\.[^']+)'\)/g)) assert.ok(module === './ahead.js' || code[file].includes(`import('${module}')`), `${folder}/${file} lacks ${module}`);
    for (const style of named(/new URL\('\.\/(\w+\.css)'/g)) assert.ok(code[file].includes(`'${style}'`), `${file} lacks ${style}`);
    for (const words of named(/(?:words\.add\('|locales\/)(\w+)(?='\)|\.\$\{wanted)/g)) assert.ok(code[file].includes(`'${words}'`), `${file} lacks the words of ${words}`);
  }
});
