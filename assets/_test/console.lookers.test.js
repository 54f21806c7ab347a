import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lookers, MOST, PAUSE, LookReports } from '../console/lookers.js';

test('each console views one comment, and a console ignores its own report', () => {
  const lookers = new Lookers('me', () => 0);
  assert.deepEqual(lookers.receive({ console: 'me', id: 'a', by: 'Mika', ms: 30_000 }), []);
  assert.deepEqual(lookers.of('a'), []);
  assert.equal(lookers.next, Infinity);
  assert.deepEqual(lookers.receive({ console: 'c1', id: 'a', by: 'Kim', ms: 30_000 }), ['a']);
  assert.deepEqual(lookers.receive({ console: 'c2', id: 'a', by: 'Kim', ms: 30_000 }), ['a']);
  assert.deepEqual(lookers.of('a'), ['Kim'], 'two windows of one moderator');
  assert.deepEqual(lookers.receive({ console: 'c1', id: 'b', by: 'Kim', ms: 30_000 }), ['a', 'b']);
  assert.deepEqual(lookers.of('b'), ['Kim']);
  assert.deepEqual(lookers.receive({ console: 'c2', by: 'Kim' }), ['a'], 'closed');
  assert.deepEqual(lookers.of('a'), []);
  assert.deepEqual(lookers.receive({ console: 'c2', by: 'Kim' }), []);
});

test('a console that stops reporting is forgotten after its time', () => {
  let now = 0;
  const lookers = new Lookers('me', () => now);
  lookers.receive({ console: 'c1', id: 'a', by: 'Kim', ms: 30_000 });
  now = 10_000;
  assert.deepEqual(lookers.receive({ console: 'c1', id: 'a', by: 'Kim', ms: 30_000 }), [], 'told again: nothing to draw');
  now = 39_999;
  assert.deepEqual(lookers.expire(), []);
  assert.equal(lookers.next, 1);
  now = 40_000;
  assert.deepEqual(lookers.expire(), ['a']);
  assert.deepEqual(lookers.of('a'), []);
});

test('memory is bounded', () => {
  const lookers = new Lookers('me', () => 0);
  for (let i = 0; i < MOST; i++) lookers.receive({ console: `c${i}`, id: `id${i}`, by: 'Kim', ms: 30_000 });
  assert.deepEqual(lookers.receive({ console: 'one more', id: 'x', by: 'Lee', ms: 30_000 }), ['x', 'id0']);
  assert.deepEqual(lookers.of('id0'), []);
  assert.deepEqual(lookers.of('id1'), ['Kim']);
});

test('of comments opened quickly only the first and the newest are reported', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @type {string[]} */ const said = [];
  const reports = new LookReports((id) => said.push(id));
  reports.say('');
  assert.deepEqual(said, [], 'nothing was open');
  for (const id of ['a', '', 'b', '', 'c']) reports.say(id);
  assert.deepEqual(said, ['a']);
  t.mock.timers.tick(PAUSE);
  assert.deepEqual(said, ['a', 'c']);
  reports.say('');
  reports.say('c');
  t.mock.timers.tick(PAUSE);
  assert.deepEqual(said, ['a', 'c'], 'as it was');
  reports.say('c');
  assert.deepEqual(said, ['a', 'c', 'c'], 'told again later');
  reports.say('d');
  reports.last();
  assert.deepEqual(said, ['a', 'c', 'c', ''], 'the page goes');
});
