import assert from 'node:assert/strict';
import test from 'node:test';

import { takingOver } from '../audience/early-socket.js';

const URL_ = 'ws://h/api/rooms/live/socket?role=audience&brief=1';

class Real {
  readyState = 0;
  onmessage = null;
  closed = false;
  /** @param {string} url */ constructor(url) { this.url = url; }
  close() { this.closed = true; }
}

/** @param {Partial<Real>} [fields] @param {unknown[]} [frames] */
const early = (fields = {}, frames = []) => /** @type {any} */ ({ ws: Object.assign(new Real(URL_), { readyState: 1 }, fields), frames });

test('the early socket is taken over once, with the frames that it received', async () => {
  const first = early({}, ['hello', 'beat']);
  const Socket = takingOver(first, /** @type {any} */ (Real));
  const ws = new Socket(URL_, ['danmaku.v1']);
  assert.equal(ws, first.ws);
  /** @type {unknown[]} */ const heard = [];
  ws.onmessage = (event) => heard.push(event.data);
  await Promise.resolve();
  ws.onmessage(/** @type {any} */ ({ data: 'new' }));
  assert.deepEqual(heard, ['hello', 'beat', 'new']);
  const second = new Socket(URL_, ['danmaku.v1']);
  assert.notEqual(second, first.ws);
  assert.equal(second.url, URL_);
});

test('a closed early socket, or one to another address, is not taken over', () => {
  for (const first of [early({ readyState: 3 }), early({ url: `${URL_}&key=other` }), undefined]) {
    const ws = new (takingOver(first, /** @type {any} */ (Real)))(URL_, []);
    assert.notEqual(ws, first?.ws);
    if (first) assert.equal(/** @type {any} */ (first.ws).closed, true);
  }
});
