import assert from 'node:assert/strict';
import test from 'node:test';
import { VirtualList } from '../console/virtual-list.js';
import { nameOf } from '../console/keys.js';
import { Queue, MOVE_GRACE, cut } from '../console/queue.js';

const item = (/** @type {number} */ n, more = {}) => /** @type {any} */ ({ id: `h${n}`, text: `held ${n}`, at: n, status: 'held', ...more });
const filled = (n = 3) => {
  let now = 1000;
  const queue = new Queue(() => now);
  queue.reset(Array.from({ length: n }, (_, i) => item(i + 1)), n);
  return { queue, pass: (/** @type {number} */ ms) => { now += ms; } };
};

test('the oldest item is current, and the next one once it has left', () => {
  const { queue } = filled();
  assert.equal(queue.current?.id, 'h1');
  queue.leave('h1');
  assert.equal(queue.current?.id, 'h2');
  queue.look('h3');
  queue.leave('h3');
  assert.equal(queue.current?.id, 'h2', 'the last one left: the one before it');
  queue.leave('h2');
  assert.equal(queue.current, undefined);
  assert.equal(queue.total, 0);
});

test('a decision about another row does not move the current one', () => {
  const { queue } = filled();
  queue.moveFrom(queue.rowOf('h3'));
  assert.equal(queue.current?.id, 'h1');
  queue.moveFrom(queue.rowOf('h1'));
  assert.equal(queue.current?.id, 'h2');
  queue.look('h3');
  queue.moveFrom(queue.rowOf('h3'));
  assert.equal(queue.current?.id, 'h2', 'the last row: the one before it');
});

test('a key does not act on an item that has just moved up, but acts on a chosen one', () => {
  const { queue, pass } = filled();
  pass(MOVE_GRACE);
  assert.equal(queue.justMoved, false);
  queue.leave('h1'); // decided by another moderator
  assert.equal(queue.justMoved, true);
  pass(MOVE_GRACE - 1);
  assert.equal(queue.justMoved, true);
  pass(1);
  assert.equal(queue.justMoved, false);
  queue.leave('h2');
  queue.look('h3');
  assert.equal(queue.justMoved, false);
});

test('an item that leaves the middle does not move the current one', () => {
  const { queue } = filled();
  queue.leave('h2');
  assert.equal(queue.current?.id, 'h1');
  assert.equal(queue.place, 1);
  assert.equal(queue.leave('h2'), undefined);
});

test('the arrow keys stop at the ends of the queue', () => {
  const { queue } = filled(2);
  assert.equal(queue.move(-1), false);
  assert.equal(queue.move(1), true);
  assert.equal(queue.move(1), false);
  assert.equal(queue.current?.id, 'h2');
});

test('a full queue replaces the known items and keeps the current and chosen ones if possible', () => {
  const { queue } = filled();
  queue.look('h2');
  queue.choose('h2'); queue.choose('h3');
  queue.reset([item(2), item(4)], 700);
  assert.equal(queue.current?.id, 'h2');
  assert.deepEqual(queue.chosen, ['h2']);
  assert.equal(queue.total, 700);
  queue.add(item(4));
  assert.equal(queue.items.length, 2, 'twice is once');
});

test('decisions are listed once each, newest first, and in bounded number', () => {
  const { queue } = filled();
  for (let n = 0; n < 100; n++) queue.remember({ id: `d${n}`, text: '', status: 'shown', by: 'me' });
  queue.remember({ id: 'd98', text: '', status: 'refused', by: 'you' });
  assert.equal(queue.decided[0].id, 'd98');
  assert.equal(queue.decided.filter((d) => d.id === 'd98').length, 1);
  assert.ok(queue.decided.length <= 12);
});

test('a text is split at its matches in code points, and the parts make the whole text', () => {
  assert.deepEqual(cut('ab👋🏽c', [[2, 4]]), [{ text: 'ab', hit: false }, { text: '👋🏽', hit: true }, { text: 'c', hit: false }]);
  assert.deepEqual(cut('abc'), [{ text: 'abc', hit: false }]);
  const texts = ['', 'a', '薇❤信 b o s s', '<img src=x>', '👨‍👩‍👧 x'];
  const spans = [[[0, 1]], [[1, 2], [0, 1]], [[0, 99]], [[5, 2]], [[-3, 2], [1, 4]], [[2, 2]]];
  for (const text of texts) for (const s of spans) {
    assert.equal(cut(text, s).map((p) => p.text).join(''), text);
    for (const part of cut(text, s)) assert.notEqual(part.text, '');
  }
});

test('a queue longer than the greeting is completed from history', () => {
  const { queue } = filled(0);
  queue.reset([item(501), item(502)], 502);
  assert.equal(queue.missing, 500);
  queue.look('h502');
  queue.fill([item(500), item(499), item(502)]); // newest first, as in history
  assert.deepEqual(queue.items.map((i) => i.id), ['h499', 'h500', 'h501', 'h502']);
  assert.equal(queue.current?.id, 'h502', 'the eye stays where it is');
  assert.equal(queue.total, 502);
  for (const i of [...queue.items]) queue.leave(i.id);
  assert.equal(queue.missing, 498);
  queue.fill([item(3)]);
  assert.equal(queue.current?.id, 'h3');
  queue.leave('h3');
  queue.fill([]);
  assert.equal(queue.total, 0, 'another moderator has decided about the rest');
});

const same = (/** @type {number} */ n, group = 'g') => item(n, { group, seq: n });

test('similar items are one row with the server\'s count, at the place of the oldest', () => {
  const { queue, pass } = filled(0);
  queue.reset([same(1), item(2, { group: 'h' }), same(3), item(4)], 42, [{ group: 'g', count: 40 }], 4);
  assert.deepEqual(queue.rows.map((row) => [row.key, row.count, row.items.length]), [['g', 40, 2], ['h', 1, 1], ['h4', 1, 1]]);
  assert.equal(queue.missing, 0, 'a row stands for those that are not here');
  assert.equal(queue.move(1), true);
  assert.equal(queue.current?.id, 'h2', 'down is the next row');
  assert.equal(queue.place, 2);
  queue.move(-1);
  queue.add(same(5), 41);
  assert.equal(queue.rows[0].count, 41);
  assert.equal(queue.total, 43);
  pass(MOVE_GRACE);
  queue.leave('h1', { group: 'g', count: 40 });
  assert.equal(queue.current?.id, 'h3', 'the row stays while some of it wait');
  assert.equal(queue.justMoved, false, 'so nothing slid under a key');
  queue.leave('unknown', { group: 'g', count: 39 });
  assert.equal(queue.rows.find((row) => row.key === 'g')?.count, 39);
  assert.equal(queue.total, 41);
  queue.leave('h3', { group: 'g', count: 38 });
  queue.leave('h5', { group: 'g', count: 37 });
  assert.equal(queue.missing, 37, 'none of them is here any more: they are asked for');
  assert.equal(queue.justMoved, true);
  queue.fill([same(7)], [{ group: 'g', count: 37 }], 39);
  assert.deepEqual(queue.rows.map((row) => row.count), [1, 1, 37]);
  queue.recount([{ group: 'g', count: 7 }]);
  assert.equal(queue.total, 9);
});

test('an event that the greeting covers is not counted again', () => {
  const { queue } = filled(0);
  queue.reset([same(1)], 1, [], 10);
  assert.equal(queue.knows(10), true);
  assert.equal(queue.knows(11), false);
});

test('one decision about several comments is one line', () => {
  const { queue } = filled(0);
  const decided = (/** @type {number} */ seq, more = {}) => queue.remember({ id: `d${seq}`, text: 'x', status: 'refused', by: 'me', group: 'g', seq, ...more });
  decided(1); decided(2); decided(3);
  assert.deepEqual(queue.decided.map((d) => [d.id, d.ids?.length]), [['d1', 3]]);
  decided(5); // another decision came in between
  decided(6, { by: 'you' });
  decided(7, { group: 'h' });
  assert.equal(queue.decided.length, 4);
});

test('a row is selected as a whole', () => {
  const { queue } = filled(0);
  queue.reset([same(1), item(2), same(3)], 3);
  queue.chooseRow('h3');
  assert.deepEqual(queue.chosen, ['h1', 'h3']);
  queue.chooseRow('h1');
  assert.deepEqual(queue.chosen, []);
});

test('the rows of the virtual list follow each other, measured or estimated', () => {
  const rows = Array.from({ length: 10_000 }, (_, i) => ({ id: String(i) }));
  const g = new VirtualList(36);
  g.layOut(rows);
  assert.equal(g.total, 360_000);
  assert.equal(g.measured(5, '5', 36), false, 'as guessed is no news');
  assert.equal(g.measured(5, '5', 80), true);
  assert.equal(g.total, 360_044);
  for (let y = 0; y < g.total; y += 997) {
    const i = g.at(y);
    assert.ok(g.top(i) <= y && y < g.top(i + 1));
    const [from, to] = g.window(y, 600, 3);
    assert.ok(g.top(from) <= y && g.top(to) >= Math.min(y + 600, g.total));
    assert.ok(to - from < 30, 'and no more than needed');
  }
  assert.equal(g.top(7), 36 * 7 + 44);
  assert.equal(g.measured(2, '2', 50), true);
  assert.equal(g.top(7), 36 * 7 + 58, 'also before what was asked for');
  g.layOut(rows.slice(3));
  assert.equal(g.top(4), 36 * 4 + 44, 'a height belongs to the row, not to its place');
  g.forget(40);
  g.layOut(rows);
  assert.equal(g.total, 400_000);
  assert.deepEqual(g.window(-50, 600, 0)[0], 0);
  g.layOut([]);
  assert.equal(g.total, 0);
  assert.deepEqual(g.window(0, 600, 5), [0, 0]);
});

test('keys have the same name under Caps Lock and input methods', () => {
  const key = (/** @type {string} */ key, shiftKey = false, code = '') => nameOf({ key, code, shiftKey });
  assert.equal(key('A'), 'a');
  assert.equal(key('a'), 'a');
  assert.equal(key('l', true), 'Shift+L', 'Caps Lock and Shift');
  assert.equal(key('?', true), '?');
  assert.equal(key('Process', false, 'KeyR'), 'r');
  assert.equal(key('ArrowUp'), 'ArrowUp');
});
