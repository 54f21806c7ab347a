// Moments of the show: the meaning of a time of day.
import assert from 'node:assert/strict';
import test from 'node:test';
import { clockText, fieldTime, momentOf, momentText, nextMoment } from '../console/show-time.js';
import { countedDown } from '../shared/countdown.js';
import { wanted } from '../overlay/show.js';
import { Items } from '../shared/items.js';

const at = (day, hours, minutes, seconds = 0) => new Date(2026, 10, day, hours, minutes, seconds).getTime();

test('a time of day is its next occurrence', () => {
  for (const [text, now, want] of [
    ['20:00', at(5, 19, 59, 59), at(5, 20, 0)], ['20:00', at(5, 20, 0), at(6, 20, 0)], ['20:00', at(5, 21, 0), at(6, 20, 0)],
    ['00:00', at(30, 23, 59), at(31, 0, 0)], ['09:05', at(5, 9, 4), at(5, 9, 5)], ['', at(5, 9, 4), 0], ['x', at(5, 9, 4), 0],
  ]) assert.equal(nextMoment(text, now), want, text);
  assert.equal(fieldTime(at(5, 9, 5)), '09:05');
  assert.equal(fieldTime(0), '');
});

test('an existing moment stays unless the field has another time', () => {
  const now = at(5, 12, 0), was = at(7, 20, 0);
  assert.equal(momentOf('20:00', was, now), was, 'in two days, as it was');
  assert.equal(momentOf('21:00', was, now), at(5, 21, 0));
  assert.equal(momentOf('', was, now), 0);
  assert.equal(momentOf('20:00', at(4, 20, 0), now), at(5, 20, 0), 'what has passed is not kept');
});

test('the text names the day if the time alone would mislead', () => {
  assert.doesNotMatch(momentText(at(5, 20, 0), at(5, 12, 0), 'en-GB'), /Nov/);
  assert.match(momentText(at(7, 20, 0), at(5, 12, 0), 'en-GB'), /7 Nov/);
});

test('the final text shows when a countdown reached 0, not when it was stopped', () => {
  const countdown = (over) => ({ id: 'c', kind: 'countdown', slot: 'corner', state: 'ended', rank: 1, started: 1000, spec: { seconds: 10, done: 'We begin' }, ...over });
  assert.deepEqual([11_000, 10_999].map((stopped) => countedDown(countdown({ stopped }))), [true, false]);
  assert.deepEqual([50_000, 49_999].map((stopped) => countedDown(countdown({ stopped, spec: { until: 50_000 } }))), [true, false]);
  const shows = (over, now) => {
    const items = new Items();
    items.reset([countdown(over)]);
    return wanted(items, 'corner', now)?.id;
  };
  assert.equal(shows({ stopped: 11_000 }, 12_000), 'c');
  assert.equal(shows({ stopped: 11_000 }, 20_000), undefined, 'for some seconds');
  assert.equal(shows({ stopped: 5_000 }, 6_000), undefined);
  assert.equal(shows({ stopped: 11_000, spec: { seconds: 10 } }, 12_000), undefined, 'without words there is nothing to say');
});

test('a time of day is read as people type it, and nothing else', () => {
  for (const [text, want] of /** @type {[string, string|null][]} */ ([
    ['', ''], ['  ', ''], ['20:18', '20:18'], ['8:05', '08:05'], ['2018', '20:18'], ['805', '08:05'], ['20:18:35', '20:18:35'], ['201835', '20:18:35'],
    ['２０：１８', '20:18'], ['20.18', '20:18'], [' 20 : 18 ', '20:18'], ['0:00', '00:00'], ['23:59:59', '23:59:59'],
    ['24:00', null], ['20:60', null], ['20:18:60', null], ['8', null], ['8 pm', null], ['20:18pm', null], ['-1:00', null], ['soon', null],
  ])) assert.equal(clockText(text), want, text);
});
