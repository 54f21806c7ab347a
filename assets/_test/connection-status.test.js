import assert from 'node:assert/strict';
import test from 'node:test';
import { GRACE, ConnectionStatus, BACK_SHOWN } from '../shared/connection-status.js';
import { FakeClock } from './fakes.js';

function start() {
  const clock = new FakeClock();
  /** @type {string[]} */ const said = [];
  const line = new ConnectionStatus({ changed: () => said.push(line.news), setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout });
  return { clock, said, line };
}

test('the first connection and a blink are no news', () => {
  const { clock, said, line } = start();
  line.state('connecting'); clock.advance(300); line.state('open');
  line.state('waiting'); clock.advance(GRACE - 1); line.state('connecting'); line.state('open');
  clock.advance(60_000);
  assert.deepEqual(said, []);
  assert.equal(clock.pending, 0);
});

test('trying again and again does not put the news off', () => {
  const { clock, said, line } = start();
  line.state('open');
  for (let i = 0; i < 4; i++) { line.state('waiting'); clock.advance(GRACE / 4); line.state('connecting'); clock.advance(GRACE / 4); }
  assert.deepEqual(said, ['offline']);
});

test('back is said for a while, and only after it was lost', () => {
  const { clock, said, line } = start();
  line.state('open'); line.state('waiting'); clock.advance(GRACE); line.state('connecting'); line.state('open');
  assert.equal(line.news, 'back');
  clock.advance(BACK_SHOWN);
  assert.deepEqual(said, ['offline', 'back', '']);
});

test('lost again while back is being said', () => {
  const { clock, said, line } = start();
  line.state('open'); line.state('waiting'); clock.advance(GRACE); line.state('open');
  line.state('waiting'); clock.advance(GRACE);
  assert.equal(line.news, 'offline');
  assert.deepEqual(said, ['offline', 'back', '', 'offline']);
});

test('a page that never connected says so, and does not say back when it does', () => {
  const { clock, said, line } = start();
  line.state('connecting'); clock.advance(GRACE);
  line.state('open');
  assert.deepEqual(said, ['offline', '']);
});

test('stopped is offline at once', () => {
  const { line } = start();
  line.state('open'); line.state('stopped');
  assert.equal(line.offline, true);
});
