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

test('the first connection and a short break change no status', () => {
  const { clock, said, line } = start();
  line.state('connecting'); clock.advance(300); line.state('open');
  line.state('waiting'); clock.advance(GRACE - 1); line.state('connecting'); line.state('open');
  clock.advance(60_000);
  assert.deepEqual(said, []);
  assert.equal(clock.pending, 0);
});

test('repeated attempts do not delay the offline status', () => {
  const { clock, said, line } = start();
  line.state('open');
  for (let i = 0; i < 4; i++) { line.state('waiting'); clock.advance(GRACE / 4); line.state('connecting'); clock.advance(GRACE / 4); }
  assert.deepEqual(said, ['offline']);
});

test('the status is back for a while, and only after offline', () => {
  const { clock, said, line } = start();
  line.state('open'); line.state('waiting'); clock.advance(GRACE); line.state('connecting'); line.state('open');
  assert.equal(line.news, 'back');
  clock.advance(BACK_SHOWN);
  assert.deepEqual(said, ['offline', 'back', '']);
});

test('the connection is lost again while the status is back', () => {
  const { clock, said, line } = start();
  line.state('open'); line.state('waiting'); clock.advance(GRACE); line.state('open');
  line.state('waiting'); clock.advance(GRACE);
  assert.equal(line.news, 'offline');
  assert.deepEqual(said, ['offline', 'back', '', 'offline']);
});

test('a page that never connected is offline, and its first connection is not back', () => {
  const { clock, said, line } = start();
  line.state('connecting'); clock.advance(GRACE);
  line.state('open');
  assert.deepEqual(said, ['offline', '']);
});

test('a stopped connection is offline at once', () => {
  const { line } = start();
  line.state('open'); line.state('stopped');
  assert.equal(line.offline, true);
});
