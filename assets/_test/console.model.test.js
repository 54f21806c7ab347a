import assert from 'node:assert/strict';
import test from 'node:test';
import { FeedModel, matches } from '../console/model.js';
import { offered } from '../console/source.js';
import { chart } from '../console/series.js';

const c = (/** @type {number} */ n, more = {}) => ({ id: `c${String(n).padStart(4, '0')}`, at: 1000 + n, seq: n, text: `text ${n}`, name: `n${n}`, user: `u${n % 3}`, ...more });
/** @param {FeedModel} model @param {any} [kind] @param {string} [query] */
const ids = (model, kind = 'all', query = '') => model.all.filter((e) => matches(e, { kind, query, user: '', source: '' })).map((e) => Number(e.id.slice(1)));

test('entries are in order of time, in whatever order they arrive', () => {
  const model = new FeedModel();
  for (const n of [3, 1, 2, 5, 4]) model.put(c(n), 'shown');
  assert.deepEqual(ids(model), [1, 2, 3, 4, 5]);
  assert.equal(model.put(c(6), 'shown').last, true);
  assert.equal(model.put(c(0), 'shown').last, false);
});

test('a comment is listed once, and an older event does not undo a newer one', () => {
  const model = new FeedModel();
  model.put(c(1, { seq: 5 }), 'held');
  model.put(c(1, { seq: 9, at: 2000 }), 'shown');
  assert.equal(model.put(c(1, { seq: 5 }), 'held').entry.status, 'shown');
  assert.equal(model.size, 1);
  model.remove({ ids: ['c0001'], by: 'mod-2', seq: 12 });
  model.put(c(1, { seq: 9 }), 'shown');
  assert.equal(model.get('c0001')?.status, 'removed', 'a late answer of history does not bring it back');
  assert.equal(model.get('c0001')?.by, 'mod-2');
});

test('an approved comment moves to the time of its approval', () => {
  const model = new FeedModel();
  model.put(c(1), 'held');
  model.put(c(2), 'shown');
  model.put(c(1, { seq: 3, at: 5000 }), 'shown');
  assert.deepEqual(ids(model), [2, 1]);
});

test('comments are removed by id and by author, and unknown ids are ignored', () => {
  const model = new FeedModel();
  for (let n = 1; n <= 6; n++) model.put(c(n), n === 4 ? 'refused' : 'shown');
  assert.equal(model.remove({ ids: ['c0002', 'nobody'] }).length, 1);
  assert.deepEqual(model.remove({ user: 'u1' }).map((e) => e.id), ['c0001'], 'the refused one by the same author was on no screen');
  assert.deepEqual(ids(model, 'stopped'), [1, 2, 4]);
  assert.deepEqual(ids(model, 'shown'), [3, 5, 6]);
});

test('a clear removes shown comments and no others', () => {
  const model = new FeedModel();
  model.put(c(1), 'shown'); model.put(c(2), 'held'); model.put(c(3), 'refused');
  assert.deepEqual(model.clear().map((e) => e.id), ['c0001']);
  assert.deepEqual(ids(model, 'stopped'), [2, 3]);
});

test('comments of history from before a clear are cleared, whenever the answer arrives', () => {
  const model = new FeedModel();
  model.put(c(1), 'shown');
  model.clear({ seq: 4 });
  model.put(c(1), 'shown'); // requested before the clear
  model.put(c(2), 'shown');
  model.put(c(3), 'held');
  model.put(c(5), 'shown');
  assert.deepEqual(model.all.map((e) => e.status), ['cleared', 'cleared', 'held', 'shown']);
  model.put(c(3, { seq: 6, at: 9000 }), 'shown');
  assert.equal(model.get('c0003')?.status, 'shown', 'what was approved since is on the screens');
  model.reset([c(7)]);
  model.put(c(1), 'shown');
  assert.equal(model.get('c0001')?.status, 'shown', 'another log may begin with small numbers');
});

test('search finds parts of text and name without case and width', () => {
  const model = new FeedModel();
  model.put(c(1, { text: 'ＢＯＳＳ 来了' }), 'shown');
  model.put(c(2, { name: 'Bossy' }), 'shown');
  assert.deepEqual(ids(model, 'all', 'boss'), [1, 2]);
  assert.deepEqual(ids(model, 'all', '来'), [1]);
  assert.equal(matches(/** @type {any} */ (model.get('c0001')), { kind: 'stopped', query: 'boss', user: '', source: '' }), false);
});

test('memory is bounded, and the newest entries stay with their index', () => {
  const model = new FeedModel(100);
  for (let n = 0; n < 1000; n++) model.put(c(n), 'shown');
  assert.equal(model.size, 100);
  assert.equal(ids(model)[0], 900);
  assert.equal(model.get('c0899'), undefined);
});

test('filters by state, person and source', () => {
  const model = new FeedModel();
  model.put(c(1, { source: 'api' }), 'held'); model.put(c(2), 'refused'); model.put(c(3), 'shown'); model.put(c(4), 'shown');
  const fit = (/** @type {any} */ filter) => model.all.filter((e) => matches(e, { kind: 'all', query: '', user: '', source: '', ...filter })).map((e) => e.seq);
  assert.deepEqual(fit({ kind: 'held' }), [1]);
  assert.deepEqual(fit({ kind: 'refused' }), [2]);
  assert.deepEqual(fit({ user: 'u1' }), [1, 4]);
  assert.deepEqual(fit({ source: 'audience' }), [2, 3, 4]);
  assert.deepEqual(fit({ user: 'u1', kind: 'stopped' }), [1]);
});

test('a reset forgets earlier entries', () => {
  const model = new FeedModel();
  model.put(c(1), 'held');
  model.reset([c(2)]);
  assert.deepEqual(ids(model), [2]);
  assert.equal(model.get('c0001'), undefined);
});

test('the line of a chart stays in its box', () => {
  assert.deepEqual(chart([5], 100, 56), { stroke: '', area: '' });
  for (const values of [[0, 0], [1, 5, 3], [1e6, 0, 1e6]]) {
    for (const [x, y] of chart(values, 100, 56).stroke.slice(1).split('L').map((p) => p.split(' ').map(Number))) {
      assert.ok(x >= 0 && x <= 100 && y >= 0 && y <= 56);
    }
  }
});

test('the filter offers a platform only if the room has comments of it', () => {
  assert.deepEqual(offered([], []), ['audience', 'api', 'replay']);
  assert.deepEqual(offered(['audience', ''], ['twitch']), ['audience', 'api', 'replay', 'twitch']);
  assert.deepEqual(offered(['niconico', 'somewhere'], ['bilibili', 'onecomme']), ['audience', 'api', 'replay', 'bilibili', 'niconico', 'other']);
});
