// What a room shows besides comments: the client's store of items, the counts of polls, a
// person's choices, and the content of the overlay's slots.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Ballot } from '../audience/ballot.js';
import { wanted } from '../overlay/show.js';
import { EventOrder } from '../shared/event-order.js';
import { Items, clockText, percents, pollRows, secondsLeft, titleOf } from '../shared/items.js';

const poll = (id, over = {}) => ({ id, kind: 'poll', slot: 'lower', state: 'live', rank: 1, created: 1, spec: { question: `${id}?`, options: ['a', 'b', 'c'], votes: 1 }, ...over });

test('items: an event replaces a whole item, a tally only the result of a live one', () => {
  const items = new Items();
  items.reset([poll('x', { result: { counts: [1, 0, 0], people: 1 } }), poll('y', { state: 'ended', result: { counts: [9, 0, 0], people: 9 } })]);
  items.count([{ id: 'x', result: { counts: [1, 1, 0], people: 2 } }, { id: 'y', result: { counts: [8, 0, 0], people: 8 } }, { id: 'unknown', result: {} }]);
  assert.deepEqual(items.get('x').result.counts, [1, 1, 0]);
  assert.deepEqual(items.get('y').result.counts, [9, 0, 0], 'a count that comes late changes no result');
  items.put({ type: 'item', seq: 7, ...poll('x', { state: 'ended' }) });
  assert.deepEqual([items.get('x').state, items.get('x').result, 'seq' in items.get('x')], ['ended', undefined, false]);
  items.drop('x');
  assert.equal(items.all.length, 1);
  items.reset();
  assert.equal(items.all.length, 0, 'a greeting without items says that there are none');
});

test('items: the queue is in the order of ranks, ended items are newest first', () => {
  const items = new Items();
  items.reset([poll('c', { state: 'queued', rank: 2 }), poll('b', { state: 'queued', rank: 1, created: 9 }), poll('a', { state: 'queued', rank: 1, created: 3 }),
    poll('old', { state: 'ended', stopped: 10 }), poll('new', { state: 'ended', stopped: 20 })]);
  assert.deepEqual(items.in('queued').map(({ id }) => id), ['a', 'b', 'c']);
  assert.deepEqual(items.in('ended').map(({ id }) => id), ['new', 'old']);
  assert.equal(items.live('lower'), undefined);
});

test('items: a title for every kind', () => {
  for (const [spec, title] of [[{ question: 'q' }, 'q'], [{ title: 't' }, 't'], [{ text: 'x', name: 'n' }, 'x'], [{ texts: ['1', '2'] }, '1'], [undefined, '']]) assert.equal(titleOf(poll('x', { spec })), title);
});

test('poll: shares are of the people, tied options lead together, and hidden counts are not shown', () => {
  const of = (result) => pollRows(poll('x', { result })).map((row) => [row.votes, row.percent, row.leads]);
  assert.deepEqual(of({ counts: [2, 2, 0], people: 4 }), [[2, 50, true], [2, 50, true], [0, 0, false]]);
  assert.deepEqual(of({ counts: [3, 2, 0], people: 3 }), [[3, 100, true], [2, 67, false], [0, 0, false]], 'with several votes a person');
  assert.deepEqual(of({ counts: [0, 0, 0], people: 0 }), [[0, 0, false], [0, 0, false], [0, 0, false]]);
  for (const hidden of [{ counts: null, people: 5 }, undefined]) assert.deepEqual(of(hidden), [[null, 0, false], [null, 0, false], [null, 0, false]]);
});

test('poll: percentages add up to 100 where each person has one vote', () => {
  for (const [counts, people, want] of [
    [[1, 1, 1], 3, [34, 33, 33]], [[1, 1, 1, 1, 1, 1], 6, [17, 17, 17, 17, 16, 16]], [[2, 1, 5], 8, [25, 13, 62]],
    [[1, 199, 0], 200, [1, 99, 0]], [[0, 7], 7, [0, 100]], [[0, 0], 0, [0, 0]],
    [[2, 2, 2], 3, [67, 67, 67]], // two votes each: equal options have equal figures
  ]) assert.deepEqual(percents(/** @type {number[]} */ (counts), /** @type {number} */ (people)), want);
  for (let people = 1; people < 400; people++) {
    const counts = [people % 3, people % 7, people % 5, people];
    const sum = percents(counts, counts[0] + counts[1] + counts[2] + counts[3]);
    assert.equal(sum.reduce((a, b) => a + b), 100, `${counts}`);
    sum.forEach((n, i) => assert.ok(Math.abs(n - (counts[i] * 100) / counts.reduce((a, b) => a + b)) < 1));
  }
});

test('a countdown ends at 0 and never below', () => {
  assert.deepEqual([secondsLeft(5000, 0), secondsLeft(5000, 4001), secondsLeft(5000, 5000), secondsLeft(5000, 9000)], [5, 1, 0, 0]);
  assert.deepEqual([0, 9, 61, 3600, 86399].map(clockText), ['0:00', '0:09', '1:01', '1:00:00', '23:59:59']);
});

/** A ballot whose frames are recorded. */
function ballot() {
  /** @type {any[]} */ const sent = [];
  let n = 0;
  const box = { sent, online: true, ballot: new Ballot((frame) => (box.online && sent.push(frame), box.online), () => String(++n)) };
  return box;
}

test('ballot: a choice is sent once, and counts once the server confirms it', () => {
  const { ballot: b, sent } = ballot();
  const item = poll('x');
  assert.equal(b.choose(item, '1'), '');
  assert.deepEqual(sent, [{ type: 'take_part', ref: 'part-1', item: 'x', choice: '1' }]);
  assert.deepEqual([b.of('x'), b.waiting('x')], [['1'], ['1']]);
  assert.equal(b.choose(item, '1'), '', 'a second tap while it is on its way says nothing new');
  assert.equal(sent.length, 1);
  assert.equal(b.answered({ ref: 'part-1', outcome: 'counted', item: 'x', choices: ['1'] }), true);
  assert.deepEqual([b.of('x'), b.waiting('x')], [['1'], []]);
  assert.equal(b.choose(item, '2'), 'voted');
  assert.equal(b.choose(item, '1'), 'voted');
  assert.equal(sent.length, 1);
});

test('ballot: a changeable vote replaces the oldest choice and can be taken back', () => {
  const { ballot: b, sent } = ballot();
  const item = poll('x', { spec: { options: ['a', 'b', 'c'], votes: 2, changeable: true } });
  b.greeted({ x: ['0', '1'] }, () => item);
  assert.equal(b.choose(item, '2'), '');
  assert.deepEqual(b.of('x'), ['1', '2']);
  b.answered({ ref: 'part-1', outcome: 'counted', item: 'x', choices: ['1', '2'] });
  assert.equal(b.choose(item, '1'), '');
  assert.deepEqual(sent.at(-1), { type: 'take_part', ref: 'part-2', item: 'x', choice: '1', withdraw: true });
  assert.deepEqual(b.of('x'), ['2']);
});

test('ballot: a refusal restores the server\'s choices', () => {
  const { ballot: b } = ballot();
  const item = poll('x', { spec: { options: ['a', 'b'], votes: 1, changeable: true } });
  b.greeted({ x: ['0'] }, () => item);
  b.choose(item, '1');
  assert.deepEqual(b.of('x'), ['1']);
  assert.equal(b.answered({ ref: 'part-1', outcome: 'refused', item: 'x', code: 'slow_down' }), true);
  assert.deepEqual([b.of('x'), b.waiting('x')], [['0'], []]);
});

test('ballot: a counted message changes the choice and does not answer a tap', () => {
  const { ballot: b } = ballot();
  assert.equal(b.answered({ ref: 'c1', outcome: 'counted', item: 'x', choices: ['2'] }), false);
  assert.deepEqual(b.of('x'), ['2']);
  assert.equal(b.answered({ ref: 'c2', outcome: 'shown', id: '7' }), false);
  assert.equal(b.answered({ ref: 'part-9', outcome: 'counted', item: 'x', choices: ['1'] }), true, 'of an earlier page');
});

test('ballot: offline choices are sent at the greeting, unless already counted or ended', () => {
  const box = ballot();
  const { ballot: b, sent } = box;
  box.online = false;
  const items = { x: poll('x'), y: poll('y'), z: poll('z'), w: poll('w', { spec: { options: ['a', 'b'], votes: 1, changeable: true } }) };
  for (const id of ['x', 'y', 'z']) b.choose(items[id], '0');
  b.greeted({ w: ['1'] }, (id) => items[id]);
  b.choose(items.w, '1');
  assert.equal(sent.length, 0);
  box.online = true;
  items.z = { ...items.z, state: 'ended' };
  b.greeted({ y: ['0'], w: ['1'] }, (id) => items[id]);
  assert.deepEqual(sent.map(({ item, choice, withdraw }) => [item, choice, withdraw]), [['x', '0', undefined], ['w', '1', true]]);
  assert.deepEqual([b.of('x'), b.of('y'), b.of('z')], [['0'], ['0'], []]);
});

test('overlay: a slot shows the live item, then its result for a while, and no unknown item', () => {
  const items = new Items();
  const at = 100_000;
  const show = (...list) => { items.reset(list); return wanted(items, 'lower', at)?.id; };
  assert.equal(show(), undefined);
  assert.equal(show(poll('queued', { state: 'queued' }), poll('draft', { state: 'draft' })), undefined);
  assert.equal(show(poll('over', { state: 'ended', stopped: at - 5000 }), poll('live')), 'live');
  assert.equal(show(poll('older', { state: 'ended', stopped: at - 9000 }), poll('over', { state: 'ended', stopped: at - 5000 })), 'over');
  assert.equal(show(poll('over', { state: 'ended', stopped: at - 60_000 })), undefined);
  assert.equal(show({ ...poll('card', { state: 'ended', stopped: at - 1000 }), kind: 'card' }), undefined, 'a card that was taken down is gone');
  assert.equal(show({ ...poll('later'), kind: 'of_next_year' }), undefined);
  assert.equal(show(poll('elsewhere', { slot: 'corner' })), undefined);
});

test('items reach the page in the order of the log, and those of a resume are in its greeting', () => {
  /** @type {any[]} */ const heard = [];
  const order = new EventOrder((name, event) => heard.push([name, event.id]));
  order.greet(/** @type {any} */ ({ position: 'e:1' }), () => {});
  order.take({ type: 'events', position: 'e:3', events: [{ type: 'item', seq: 2, id: 'x' }, { type: 'item_gone', seq: 3, id: 'x' }] });
  assert.deepEqual(heard.filter(([name]) => name !== 'events'), [['item', 'x'], ['item_gone', 'x']]);
});
