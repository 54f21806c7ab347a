// Questions: the golden frames on a phone, a console and an overlay, the order
// of a list, and a person's votes in it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { Ballot } from '../audience/ballot.js';
import { inOrder } from '../audience/question-order.js';
import { Items, titleOf } from '../shared/items.js';
import { parseFrame } from '../shared/protocol.js';
import { RoomSocket } from '../shared/socket.js';
import { FakeNetwork } from './fakes.js';

const folder = new URL('../../comment/testdata/frames/', import.meta.url);
const read = (/** @type {string} */ name) => readFileSync(new URL(`${name}.json`, folder), 'utf8');

/** What a page receives from the golden frame of its role. @param {'audience'|'overlay'|'console'} role @param {string} name */
function heard(role, name) {
  const net = new FakeNetwork();
  /** @type {[string, any][]} */ const log = [];
  const handlers = Object.fromEntries(['item', 'comment', 'question'].map((kind) => [kind, (/** @type {any} */ event) => log.push([kind, event])]));
  new RoomSocket({ room: 'live', role, env: net.env, handlers }).connect();
  net.last.feed(JSON.stringify({ ...JSON.parse(read('hello-overlay')), role, position: 'k3f9:40', resumed: false }), read(name));
  assert.deepEqual(net.reports, []);
  return log;
}

test('questions: a phone receives the list, new questions and their changes', () => {
  const log = heard('audience', 'events-questions');
  assert.deepEqual(log.map(([kind]) => kind), ['item', 'comment', 'comment', 'question', 'question', 'question', 'question']);
  const [[, item], [, named], [, nameless], [, answered], [, merged], [, hidden], [, open]] = log;
  assert.equal(titleOf(item), 'Ask the band');
  assert.ok([named, nameless, answered, merged].every((event) => event.item === item.id), 'each names its list');
  assert.deepEqual([named.name, named.user, nameless.name, nameless.user], ['雪见', 'k3f9', '', ''], 'without a name there is no pseudonym either');
  assert.deepEqual([answered.id, answered.answered > 0], [named.id, true]);
  assert.deepEqual([merged.id, merged.into, hidden.hidden], [nameless.id, named.id, true]);
  assert.deepEqual([open.answered, open.hidden, open.into], [undefined, undefined, undefined], 'what is left out holds no more');
});

test('questions: a console knows the author of an unnamed question, an overlay only the list', () => {
  const asked = heard('console', 'events-questions-console').filter(([kind]) => kind === 'comment');
  assert.deepEqual(asked.map(([, c]) => [c.name, c.user]), [['雪见', 'k3f9'], ['', 'k3f9']]);
  assert.deepEqual(heard('overlay', 'events-questions-overlay').map(([kind]) => kind), ['item']);
});

test('questions: the answer contains the question as shown, and a tally its votes', () => {
  const ack = JSON.parse(read('ack-question'));
  assert.deepEqual([ack.outcome, ack.comment.item, ack.id], ['shown', 'q7c1x2ab7q', ack.comment.id]);
  const items = new Items();
  items.reset([JSON.parse(read('events-questions')).events[0]]);
  items.count(/** @type {any} */ (parseFrame(read('tally-questions'))).items);
  assert.deepEqual(Object.values(items.get('q7c1x2ab7q')?.result.votes), [3]);
});

test('questions: the most votes or the newest first, answered ones last', () => {
  const q = (/** @type {string} */ id, votes = 0, answered = 0) => ({ id, text: id, at: 0, votes, answered });
  const list = [q('a', 1), q('b', 5, 9), q('c', 3), q('d', 1), q('e', 0, 9)];
  assert.deepEqual(inOrder(list, 'votes'), ['c', 'a', 'd', 'b', 'e'], 'of equal ones the older');
  assert.deepEqual(inOrder(list, 'new'), ['d', 'c', 'a', 'e', 'b']);
  assert.deepEqual(list.map(({ id }) => id), ['a', 'b', 'c', 'd', 'e'], 'the list itself stays');
  assert.deepEqual(inOrder([], 'votes'), []);
});

test('questions: one person votes for as many as they like, and takes votes back', () => {
  /** @type {any[]} */ const sent = [];
  let n = 0;
  const ballot = new Ballot((frame) => sent.push(frame) > 0, () => String(++n));
  const list = /** @type {any} */ ({ id: 'x', kind: 'questions', state: 'live', spec: { votes: Infinity, changeable: true } });
  for (const id of ['p', 'q', 'r']) {
    assert.equal(ballot.choose(list, id), '');
    ballot.answered({ ref: `part-${n}`, outcome: 'counted', item: 'x', choices: [...ballot.of('x')] });
  }
  assert.deepEqual(ballot.of('x'), ['p', 'q', 'r']);
  ballot.choose(list, 'q');
  assert.deepEqual(sent.at(-1), { type: 'take_part', ref: 'part-4', item: 'x', choice: 'q', withdraw: true });
  assert.deepEqual(ballot.of('x'), ['p', 'r']);
});
