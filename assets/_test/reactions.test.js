// Taps on the phone, and counts on the overlay.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Extras } from '../audience/extras.js';
import { GATHER, Taps } from '../audience/taps.js';
import { emojiOf } from '../console/show-reactions.js';
import { EDGE, HIGH, WIDE, placeOf, riser } from '../overlay/rising-strip.js';
import { MOST, chosen } from '../overlay/rising.js';

test('taps within a moment are one frame, and no more are sent than the limit counts', () => {
  let time = 0;
  /** @type {(() => void)[]} */ const timers = [];
  /** @type {Record<string, number>[]} */ const sent = [];
  const taps = new Taps((counts) => sent.push(counts), (fn, ms) => { assert.equal(ms, GATHER); timers.push(fn); }, () => time);
  for (const emoji of ['👏', '👏', '🎉', '👏']) assert.ok(taps.tap(emoji));
  assert.equal(timers.length, 1);
  timers.shift()?.();
  assert.deepEqual(sent, [{ '👏': 3, '🎉': 1 }]);
  // Continuous tapping: the burst, then what the rate allows.
  let counted = 0;
  for (let i = 0; i < 100; i++) counted += Number(taps.tap('👏'));
  assert.equal(counted, 16);
  time = 1000;
  for (let i = 0; i < 100; i++) counted += Number(taps.tap('👏'));
  assert.equal(counted, 21);
  assert.equal(timers.length, 1);
  timers.shift()?.();
  assert.deepEqual(sent[1], { '👏': 21 });
  time = 3_600_000;
  counted = 0;
  for (let i = 0; i < 100; i++) counted += Number(taps.tap('🎉'));
  assert.equal(counted, 20);
});

test('the overlay shows the reactions that fit, in the shares in which they came', () => {
  assert.deepEqual(chosen({}, MOST), []);
  assert.deepEqual(chosen({ '👏': 2, '🎉': 1 }, MOST), ['👏', '👏', '🎉']);
  const many = chosen({ '👏': 900, '🎉': 90, '❤️': 1 }, MOST);
  assert.equal(many.length, Math.ceil(MOST / 3));
  assert.ok(many.filter((e) => e === '👏').length >= 10 && many.includes('🎉'), String(many));
  assert.deepEqual(chosen({ '👏': 900 }, 0), []);
  assert.deepEqual(chosen({ '👏': 0, '🎉': -3 }, MOST), []);
  // Whatever arrives and however often: never more than there is room for.
  let on = 0;
  for (let i = 0; i < 100; i++) {
    const next = chosen({ a: (i * 7919) % 500, b: (i * 104729) % 50, c: i % 3 }, MOST - on);
    on += next.length;
    assert.ok(on <= MOST, `${on} at once`);
    on = Math.max(0, on - 4);
  }
});

test('a reaction moves up, fades in and out, and stays in its strip', () => {
  let n = 0;
  const chances = [0, 0.999999, 0.5, 0.25, 0.75, 0.1];
  for (let i = 0; i < chances.length ** 3; i++) {
    const one = riser('👏', 1000, 2400, () => chances[Math.floor(i / chances.length ** (n++ % 3)) % chances.length]);
    assert.equal(placeOf(one, 999), null);
    assert.equal(placeOf(one, 1000 + 2400), null);
    let last = HIGH;
    /** @type {number[]} */ const alphas = [];
    for (let now = 1000; now < 3400; now += 10) {
      const place = placeOf(one, now);
      assert.ok(place);
      const half = EDGE * place.grown;
      assert.ok(place.x - half >= 0 && place.x + half <= WIDE, `x ${place.x}`);
      assert.ok(place.y - half >= 0 && place.y + half <= HIGH && place.y < last, `y ${place.y}`);
      last = place.y;
      alphas.push(place.alpha);
    }
    const most = alphas.indexOf(Math.max(...alphas));
    assert.ok(alphas[0] === 0 && alphas[most] === 1 && alphas[alphas.length - 1] < 0.02, String(alphas));
    assert.ok(HIGH - EDGE - last >= (HIGH - 2 * EDGE) * 0.74, `it ends at ${last}`);
  }
});

test('emoji are separated with and without spaces', () => {
  assert.deepEqual(emojiOf(' 👏❤️ 👩‍👩‍👧‍👦  👋🏽'), ['👏', '❤️', '👩‍👩‍👧‍👦', '👋🏽']);
  assert.deepEqual(emojiOf('  '), []);
});

test('a room without reactions does not load their module', () => {
  const extras = new Extras({ words: /** @type {any} */ ({}), send: () => { throw new Error('sent'); } });
  for (const room of [{}, { reactions: [] }]) extras.follow({ room, online: true, shut: false, warnings: [] });
  extras.follow({ room: { reactions: ['👏'] }, online: false, shut: false, warnings: [] });
});
