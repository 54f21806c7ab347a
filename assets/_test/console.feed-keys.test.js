import assert from 'node:assert/strict';
import test from 'node:test';
import { feedKey } from '../console/feed-keys.js';
import './fakes.js';

const key = (/** @type {string} */ name, /** @type {any} */ more = {}) => /** @type {any} */ ({ key: name, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, ...more });
const list = { at: 5, last: 9, page: 4, onRow: true };

test('arrow and page keys move through the rows and stop at the ends', () => {
  const to = (/** @type {string} */ name, /** @type {any} */ more = {}) => feedKey(key(name), { ...list, ...more });
  assert.deepEqual(to('ArrowUp'), { to: 4 });
  assert.deepEqual(to('ArrowDown'), { to: 6 });
  assert.deepEqual(to('PageUp'), { to: 1 });
  assert.deepEqual(to('PageDown'), { to: 9 });
  assert.deepEqual(to('PageUp', { at: 2 }), { to: 0 });
  assert.deepEqual(to('Home'), { to: 0 });
  assert.deepEqual(to('End'), { to: 9 });
});

test('Delete acts on a row, Enter only where the row has the focus', () => {
  assert.deepEqual(feedKey(key('Delete'), list), { act: 'takedown' });
  assert.equal(feedKey(key('Delete'), { ...list, at: -1 }), null);
  assert.deepEqual(feedKey(key('Enter'), list), { act: 'person' });
  assert.equal(feedKey(key('Enter'), { ...list, onRow: false }), null);
});

test('Escape leaves the rows, and keys of the browser are ignored', () => {
  assert.deepEqual(feedKey(key('Escape'), list), { leave: true });
  for (const name of ['ctrlKey', 'metaKey', 'altKey']) assert.equal(feedKey(key('End', { [name]: true }), list), null);
  assert.equal(feedKey(key('F5'), list), null);
});
