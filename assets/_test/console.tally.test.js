import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Acts } from '../console/acts.js';
import { banEach } from '../console/ban-each.js';
import { decideChosen } from '../console/row-decisions.js';
import { Queue } from '../console/queue.js';
import { tally } from '../console/tally.js';
import { ApiError } from '../shared/api.js';
import { readLocale } from './fakes.js';

const ok = (/** @type {string} */ id) => ({ id, status: 'shown', by: 'Mika' });
const kims = (/** @type {string} */ id) => ({ id, status: 'refused', by: 'Kim', again: true });

test('a decision about several comments reports each outcome', () => {
  const en = readLocale('console', 'en');
  for (const [act, results, want, glyph] of /** @type {const} */ ([
    ['approve', [ok('1'), ok('2'), ok('3')], '3 approved.', 'check'],
    ['approve', [ok('1'), ok('2'), ok('3'), kims('4')], '3 approved. Kim had already refused 1.', 'person'],
    ['approve', [kims('1'), kims('2')], 'Kim had already refused 2.', 'person'],
    // The moderator's own actions need no name, nor do actions without a link.
    ['refuse', [ok('1'), { id: '2', status: 'shown', by: 'Mika', again: true }, { id: '3', status: 'removed', again: true }], '1 refused. 1 was already approved. 1 was already taken down.', 'person'],
    ['approve', [ok('1'), { id: '2', code: 'not_found' }, { id: '3', code: 'not_found' }, kims('4')], '1 approved. 2 stayed as they were: It is not there any more. Kim had already refused 1.', 'warn'],
    ['remove', [ok('1'), { id: '2', fault: new Error('broken') }], '1 taken down. 1 stayed as it was: That did not work. Try again.', 'warn'],
  ])) {
    const notice = tally(act, results, en, 'Mika');
    assert.equal(notice.text, want);
    assert.equal(notice.glyph, glyph, want);
    assert.equal(notice.tone, glyph === 'warn' ? 'stop' : undefined, want);
  }
  assert.equal(tally('approve', [ok('1'), kims('2')], readLocale('console', 'zh-CN'), 'Mika').text, '已通过 1 条。1 条此前已被 Kim 拒绝。');
  assert.equal(tally('approve', [ok('1'), kims('2')], readLocale('console', 'ja'), 'Mika').text, '1件を承認しました。1件はすでにKimが却下していました。');
});

test('every outcome has a text in every language', () => {
  for (const lang of ['en', 'zh-CN', 'ja']) {
    for (const act of /** @type {const} */ (['approve', 'refuse', 'remove'])) {
      for (const status of ['shown', 'refused', 'removed']) for (const by of ['', 'Kim']) assert.ok(tally(act, [ok('1'), { id: '2', status, by, again: true }], readLocale('console', lang), 'Mika').text);
    }
  }
});

/** A console with a server that answers by request. @param {any[]} items @param {(path: string, body: any) => any} serve */
function over(items, serve) {
  /** @type {string[]} */ const notices = [];
  const queue = new Queue();
  queue.reset(items, items.length);
  const store = /** @type {any} */ ({ me: 'Mika', words: readLocale('console', 'en'), path: (/** @type {string[]} */ ...parts) => parts.join('/'), notify() {}, notice: (/** @type {any} */ { text }) => notices.push(text) });
  const acts = new Acts(store, /** @type {any} */ (new Map()), queue, () => {}, /** @type {any} */ ({}));
  acts.ask = async (method, path, body) => serve(path, body);
  return { notices, queue, store, acts };
}

test('a decision about a selection is reported once, also after several requests', async () => {
  const item = (/** @type {string} */ id, more = {}) => ({ id, text: id, status: 'held', seq: 1, ...more });
  const { notices, queue, store, acts } = over([item('a'), item('b'), item('c', { group: 'g' }), item('d', { group: 'g' })], (path, body) => ({
    results: path === 'review/g/approve' ? [ok('c'), kims('d')] : body.ids.map(ok),
  }));
  await decideChosen('approve', ['a', 'b', 'c', 'd'], { store, queue, acts });
  assert.deepEqual(notices, ['3 approved. Kim had already refused 1.']);
});

test('a failed request does not hide the outcomes of the others', async () => {
  const items = Array.from({ length: 401 }, (_, i) => ({ id: `h${i}`, text: `${i}`, status: 'held', seq: i }));
  let asked = 0;
  const { notices, acts } = over(items, (_, body) => {
    if (++asked === 2) throw new ApiError(0, 'offline', '');
    return { results: body.ids.map(ok) };
  });
  await acts.decide('approve', items.map(({ id }) => id));
  assert.deepEqual(notices, ['201 approved. 200 stayed as they were: No connection. Try again.']);
  assert.ok(items.every((item) => /** @type {any} */ (item).busy === false));
});

test('a mute of several authors can be undone, also right after an action that cannot', async () => {
  /** @type {string[]} */ const muted = [];
  const { notices, store, acts } = over([], (path, body) => {
    muted.push(body.user);
    return { id: body.user, removed: 1 };
  });
  acts.final = true; // a comment was removed
  await banEach(store, acts, { kind: 'mute', remove: true }, /** @type {any} */ (Array.from({ length: 20 }, (_, i) => ({ id: `c${i}`, user: `u${i % 10}` }))));
  assert.equal(acts.final, false);
  assert.equal(new Set(muted).size, 10);
  assert.equal(muted.length, 10, 'each person once');
  assert.deepEqual(notices, ['10 people are muted. Comments taken down: 10.']);
});
