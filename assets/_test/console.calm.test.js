// How the console's feed handles many comments: matches, equal comments, the calm feed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { layered } from '../console/cut.js';
import { FeedItems } from '../console/feed-items.js';
import { SPAN } from '../console/feed-merge.js';
import { linesOf, placesOf } from '../console/hits.js';
import { FeedModel, matches } from '../console/model.js';
import { countedMark } from '../console/tab-count.js';

test('hits: finds a word anywhere, in any width and case, in code points', () => {
  for (const [text, word, places] of [
    ['Boss boss BOSS', 'boss', [[0, 4], [5, 9], [10, 14]]],
    ['ＢＯＳＳ戦', 'boss', [[0, 4]]],
    ['👍👍 boss', 'boss', [[3, 7]]],
    ['aaaa', 'aa', [[0, 2], [2, 4]]],
    ['㌔メートル', 'キロ', [[0, 1]]],
    ['nothing', '  ', []], ['nothing', 'else', []], ['', 'x', []],
  ]) assert.deepEqual(placesOf(text, word), places, text);
  assert.deepEqual(linesOf(' boss \n\nlemon\nboss'), ['boss', 'lemon']);
});

test('hits: where marks overlap the first kind wins', () => {
  assert.deepEqual(layered('abcdef', [{ kind: 'find', spans: [[2, 4]] }, { kind: 'rule', spans: [[1, 3], [9, 12]] }]), [
    { text: 'a', kind: '' }, { text: 'b', kind: 'rule' }, { text: 'cd', kind: 'find' }, { text: 'ef', kind: '' },
  ]);
  assert.deepEqual(layered('', []), []);
});

let seq = 0;
const said = (/** @type {FeedModel} */ model, /** @type {string} */ user, /** @type {string} */ text, /** @type {number} */ at, more = {}, status = 'shown') => {
  seq++;
  return model.put({ id: String(seq).padStart(6, '0'), seq, user, name: user, text, at, ...more }, /** @type {any} */ (status)).entry;
};
const rows = (/** @type {FeedItems} */ items) => items.list.map((row) => `${row.text}×${items.search(row).count}`);

test('equal comments of any authors within ten seconds are one row', () => {
  const model = new FeedModel(), items = new FeedItems(model);
  said(model, 'ann', 'GG', 0);
  const part = said(model, 'bob', 'gg ', 1000);
  said(model, 'cat', 'another', 2000);
  said(model, 'dan', 'ｇｇ', SPAN);
  said(model, 'eve', 'gg', SPAN + 1);
  said(model, 'host', 'gg', SPAN + 2, { badge: 'owner' });
  said(model, 'fay', 'gg', SPAN + 3, { paid: { amount: 5, currency: 'USD', level: 2 } });
  items.fill(false);
  assert.deepEqual(rows(items), ['GG×3', 'another×1', 'gg×1', 'gg×1', 'gg×1']);
  assert.equal(items.idsOf(items.list[0].id).length, 3);

  // A removed comment leaves its row, and the row is redrawn.
  model.remove({ ids: [part.id] });
  items.fill(false);
  assert.deepEqual(items.stale.map((row) => row.text), ['GG']);
  assert.deepEqual(rows(items), ['GG×2', 'gg ×1', 'another×1', 'gg×1', 'gg×1', 'gg×1']);

  items.spread(items.list[0].id);
  items.fill(false);
  assert.equal(items.list.length, 7);
  assert.deepEqual(items.idsOf(items.list[0].id), [items.list[0].id], 'what is spread is done to each by itself');
  items.spread(items.list[0].id);
  items.filter = { ...items.filter, query: 'gg' };
  items.fill(false);
  assert.equal(items.list.length, 6, 'who searches sees each');
});

test('equal comments held or refused by the same rule are one row', () => {
  const model = new FeedModel(), items = new FeedItems(model);
  const rule = (/** @type {string} */ name, more = {}) => ({ rule: name, ...more });
  const first = said(model, 'ann', 'boss', 0, rule('words'), 'held');
  const second = said(model, 'bob', 'BOSS', 1, rule('words'), 'held');
  said(model, 'cat', 'boss', 2, rule('raid'), 'held');
  said(model, 'dan', 'boss', 3, rule('words'), 'refused');
  said(model, 'eve', 'boss', 4, rule('words'), 'refused');
  said(model, 'fay', 'boss', 5, rule('', { by: 'Mika' }), 'refused');
  said(model, 'gus', 'boss', 6);
  said(model, 'boss', 'boss', 7, rule('words', { in_name: true }), 'held');
  items.fill(false);
  const shape = () => items.list.map((row) => `${row.status} ${row.rule || row.by} ×${items.search(row).count}`);
  assert.deepEqual(shape(), ['held words ×2', 'held raid ×1', 'refused words ×2', 'refused Mika ×1', 'shown  ×1', 'held words ×1']);
  assert.deepEqual(items.idsOf(first.id), [first.id, second.id]);

  // A comment decided by itself gets its own row.
  assert.equal(items.movedOut(first), false);
  model.put({ id: first.id, seq: 100, user: 'ann', name: 'ann', text: 'boss', at: 0, by: 'Mika' }, 'refused');
  assert.equal(items.movedOut(first), true);
  items.fill(false);
  assert.deepEqual(shape(), ['refused Mika ×2', 'held words ×1', 'held raid ×1', 'refused words ×2', 'shown  ×1', 'held words ×1']);
  assert.deepEqual(items.idsOf(second.id), [second.id]);
});

test('paused rows add no comments, and add all of them on resume', () => {
  const model = new FeedModel(), items = new FeedItems(model);
  said(model, 'ann', 'one', 0);
  items.fill(false);
  for (const [i, text] of ['two', 'one', 'two'].entries()) items.waiting.add(said(model, `u${i}`, text, i + 1));
  assert.equal(items.late, 3);
  items.fill(true);
  assert.deepEqual(rows(items), ['one×1']);
  items.add();
  assert.deepEqual(items.stale.map((row) => row.text), ['one', 'two'], 'they were drawn, or are about to be');
  assert.deepEqual(items.stale, []);
  assert.deepEqual(rows(items), ['one×2', 'two×2']);
  assert.equal(items.late, 0);
});

test('calm: of forty comments a second the filter keeps those worth a look', () => {
  const model = new FeedModel();
  const calm = /** @type {const} */ ({ kind: 'all', query: '', user: '', source: '', calm: true });
  for (let i = 0; i < 400; i++) said(model, `regular${i % 10}`, `talk ${i}`, i * 25);
  const worth = [
    said(model, 'newcomer', 'hello', 10_000), said(model, 'regular1', 'when does it start?', 10_001), said(model, 'regular2', '什么时候开始？', 10_002),
    said(model, 'regular3', 'spam', 10_003, { rule: 'words' }, 'refused'), said(model, 'regular4', 'waits', 10_004, {}, 'held'),
    said(model, 'regular5', 'paid', 10_005, { paid: { amount: 5, currency: 'USD', level: 2 } }), said(model, 'regular6', '****', 10_006, { original: 'rude' }),
    said(model, 'mod', 'welcome', 10_007, { badge: 'moderator' }), said(model, 'regular7', 'the lemon again', 10_008),
  ];
  const shown = model.all.filter((entry) => matches(entry, calm, ['lemon']));
  assert.deepEqual(shown.slice(10), worth);
  assert.deepEqual(shown.slice(0, 10).map(({ user }) => user), Array.from({ length: 10 }, (_, i) => `regular${i}`), 'the first of each person');
  // Older ones come from history: another one may be the first now.
  said(model, 'newcomer', 'was here before', 5);
  assert.equal(matches(worth[0], calm), false);
});

test('an author\'s first comment is remembered after it left the memory', () => {
  const model = new FeedModel(3);
  said(model, 'ann', 'one', 0);
  for (let i = 1; i < 6; i++) said(model, 'bob', `more ${i}`, i);
  assert.equal(Boolean(said(model, 'ann', 'again', 9).first), false);
});

test('the icon of the tab shows the number of held comments', () => {
  assert.match(countedMark('<svg><rect/></svg>\n', 7), /<rect\/>.*>7<\/text><\/svg>$/);
  assert.match(countedMark('<svg></svg>', 120), />99\+<\/text>/);
});
