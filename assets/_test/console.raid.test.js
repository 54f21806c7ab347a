import assert from 'node:assert/strict';
import test from 'node:test';
import { RaidWatch } from '../console/raid.js';

const calm = { newcomers: 'open', slow_ms: 0, links: 'refused' };
const names = (/** @type {readonly {name: string}[]} */ list) => list.map(({ name }) => name);

/** @returns {{watch: RaidWatch, sleep: (ms: number) => void}} */
function watched() {
  let now = 0;
  return { watch: new RaidWatch(() => now), sleep: (ms) => { now += ms; } };
}

test('a room without a raid reports nothing', () => {
  const { watch } = watched();
  watch.take(undefined, calm);
  assert.equal(watch.raid, null);
  assert.deepEqual(watch.answers({ ...calm, slow_ms: 3000 }).given, [], 'what is set without a raid is no answer to one');
});

test('the shown numbers change only when they have clearly grown or fallen', () => {
  const { watch } = watched();
  const shown = [20, 24, 25, 30, 32, 61, 31, 30, 12].map((newcomers) => {
    watch.take({ newcomers, seconds: 30 }, calm);
    return watch.raid?.newcomers;
  });
  assert.deepEqual(shown, [20, 20, 25, 25, 32, 61, 61, 30, 12]);
});

test('the number of stopped newcomers is shown and dismissed with the newcomers', () => {
  const { watch } = watched();
  watch.take({ newcomers: 61, stopped: 30, voices: 14, text: 'come' }, calm);
  assert.equal(watch.raid?.stopped, 30);
  watch.wave();
  watch.take({ newcomers: 61, stopped: 40, voices: 14, text: 'go' }, calm);
  assert.equal(watch.raid?.text, 'go');
  assert.equal(watch.raid?.stopped, 0);
});

test('the answers are the settings switched on since the raid began, and one undo takes all back', () => {
  const { watch } = watched();
  watch.take({ newcomers: 61 }, calm);
  assert.deepEqual(names(watch.answers(calm).left), ['newcomers', 'slow'], 'links are refused already');
  const held = { ...calm, newcomers: 'held' };
  watch.take({ newcomers: 61 }, held);
  assert.deepEqual(names(watch.answers(held).given), ['newcomers']);
  const both = { ...held, slow_ms: 30_000 };
  assert.deepEqual(names(watch.answers(both).given), ['newcomers', 'slow']);
  assert.deepEqual(watch.answers(both).left, []);
  assert.deepEqual(watch.back(both), { newcomers: 'open', slow_ms: 0 });
  watch.take({ newcomers: 61 }, calm); // undone during the raid
  assert.deepEqual(watch.answers(calm).given, []);
  assert.equal(watch.raid?.newcomers, 61);
});

test('after the raid its answers are remembered while they are still on', () => {
  const { watch } = watched();
  watch.take({ newcomers: 61 }, calm);
  const held = { ...calm, newcomers: 'held' };
  watch.take(undefined, held);
  assert.equal(watch.raid, null);
  assert.deepEqual(watch.back(held), { newcomers: 'open' });
  watch.take(undefined, calm);
  assert.deepEqual(watch.answers(held).given, [], 'switched on later, for another reason');
});

test('settings that were on before the raid are neither offered nor undone', () => {
  const { watch } = watched();
  const slow = { ...calm, slow_ms: 5000 };
  watch.take({ voices: 14, text: 'come' }, slow);
  assert.deepEqual(names(watch.answers(slow).left), ['newcomers']);
  assert.deepEqual(watch.back({ ...slow, slow_ms: 60_000 }), {});
});

test('dismissed newcomers are ignored for ten minutes and a dismissed text for good', () => {
  const { watch, sleep } = watched();
  watch.take({ newcomers: 61, voices: 14, text: 'come' }, calm);
  watch.wave();
  assert.equal(watch.raid, null);
  watch.take({ newcomers: 90, voices: 20, text: 'come' }, calm);
  assert.equal(watch.raid, null);
  watch.take({ voices: 14, text: 'go' }, calm);
  assert.equal(watch.raid?.text, 'go');
  sleep(600_001);
  watch.take({ newcomers: 30, voices: 30, text: 'come' }, calm);
  assert.equal(watch.raid?.newcomers, 30);
  assert.equal(watch.raid?.voices, 0);
});
