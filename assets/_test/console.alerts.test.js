// When a moderator in another tab is notified, and about what.
import assert from 'node:assert/strict';
import test from 'node:test';
import { AlertRules, PAUSE, mentions } from '../console/alert-rules.js';
import { authorsOf } from '../console/ban-each.js';
import { rowsOf } from '../console/queue-rows.js';
import { entryOf, likelyWord, withLine } from '../console/word-add.js';

test('an alert is due once, and again after the pause', () => {
  let now = 0;
  const rules = new AlertRules(() => now);
  assert.equal(rules.due('waiting'), true);
  assert.equal(rules.due('waiting'), false, 'a moment ago');
  assert.equal(rules.due('raid'), true, 'another kind is another thing');
  now += PAUSE;
  assert.equal(rules.due('waiting'), true);
});

test('an alert that was not given does not block the next one', () => {
  const rules = new AlertRules(() => 0);
  assert.equal(rules.waiting(1), 'waiting'); // while its rule is off
  assert.equal(rules.waiting(2), 'waiting');
  assert.equal(rules.due('waiting'), true);
  assert.equal(rules.waiting(2), null, 'no more than before');
  assert.equal(rules.waiting(1), null, 'fewer');
  assert.equal(rules.raid(true), 'raid');
  assert.equal(rules.raid(true), null, 'the same raid');
  rules.raid(false);
  assert.equal(rules.raid(true), 'raid');
});

test('comments with a keyword or a mention raise an alert', () => {
  const rules = new AlertRules(() => 0);
  assert.equal(rules.comment({ text: 'a fresh ＬＥＭＯＮ' }, ['lemon'], ['Mika']), 'keyword');
  assert.equal(rules.comment({ text: 'lemon, ＠mika look' }, ['lemon'], ['Mika']), 'mention');
  assert.equal(new AlertRules(() => 0).comment({ text: 'lemon', badge: 'owner' }, ['lemon'], []), null);
  assert.equal(mentions('mika', ['Mika']), false);
  assert.equal(mentions('@', ['']), false);
});

test('a connected chat that is lost raises an alert', () => {
  const chat = (/** @type {string} */ phase, more = {}) => [{ id: 'one', state: { phase }, ...more }];
  const rules = new AlertRules(() => 0);
  assert.equal(rules.chats(chat('retrying')), null, 'it never was connected');
  assert.equal(rules.chats(chat('connected')), null);
  assert.equal(rules.chats(chat('waiting')), null, 'the stream is over');
  rules.chats(chat('connected'));
  assert.equal(rules.chats(chat('stopped', { off: true })), null, 'somebody switched it off');
  rules.chats(chat('connected'));
  assert.equal(rules.chats(chat('retrying')), 'chat');
});

const held = (/** @type {string} */ id, /** @type {string} */ user, more = {}) => /** @type {any} */ ({ id, user, name: user, text: id, at: Number(id), ...more });

test('held comments are grouped by person', () => {
  const items = [held('1', 'ann', { group: 'g' }), held('2', 'bob', { group: 'g' }), held('3', 'ann'), held('4', ''), held('5', '')];
  const counts = new Map([['g', 9]]);
  assert.deepEqual(rowsOf(items, counts, 'person').map(({ key, count }) => [key, count]), [['ann', 2], ['bob', 1], ['4', 1], ['5', 1]]);
  assert.deepEqual(rowsOf(items, counts).map(({ key, count }) => [key, count]), [['g', 9], ['3', 1], ['4', 1], ['5', 1]]);
  assert.deepEqual(authorsOf([...items, held('6', 'host', { badge: 'owner' })]).map(({ user }) => user), ['ann', 'bob']);
});

test('a word of a comment becomes an entry of a list', () => {
  assert.equal(entryOf('  #buy *now* => cheap!\n@me '), 'buy now > cheap me');
  assert.equal(withLine('', 'a'), 'a\n');
  assert.equal(withLine('a', 'b'), 'a\nb\n');
  assert.equal(withLine('a\n', 'b'), 'a\nb\n');
  const entry = /** @type {any} */ ({ text: 'buy b.o.s.s now', spans: [[4, 11]], in_name: false });
  assert.equal(likelyWord(entry, ''), 'b.o.s.s');
  assert.equal(likelyWord(entry, 'now'), 'now');
  assert.equal(likelyWord(entry, 'of another row'), 'b.o.s.s');
  assert.equal(likelyWord({ ...entry, in_name: true }, ''), 'buy b.o.s.s now');
});
