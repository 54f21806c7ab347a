import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { bannerWords, outcomeWords } from '../audience/outcome.js';
import { CODES } from '../shared/protocol.js';
import { AUDIENCE_LANGUAGES, format } from '../shared/i18n.js';

const now = new Date(2026, 10, 21, 20, 0).getTime();
const words = (/** @type {string} */ lang) => {
  const messages = JSON.parse(readFileSync(new URL(`../locales/audience.${lang}.json`, import.meta.url), 'utf8'));
  return { lang, t: (/** @type {string} */ key, /** @type {any} */ params) => format(messages[key], lang, params) || assert.fail(`no words for ${key}`) };
};
const open = { lost: '', mutedUntil: 0, room: { state: 'open' }, line: '', sentLate: 0 };

for (const lang of AUDIENCE_LANGUAGES) {
  test(`${lang}: every code has words, whole and without placeholders, blame or exclamation`, () => {
    for (const code of [...CODES, 'a_code_of_next_year', undefined]) {
      const { what, then, icon, tone } = outcomeWords(words(lang), { code, rule: 'contact', detail: 'secret' }, { mutedUntil: now + 60_000, message: '20:30' }, now);
      assert.ok(what && icon && tone);
      assert.doesNotMatch(`${what} ${then}`, /[{}]|!|！|undefined|NaN|contact|secret|oops|error/i, code);
    }
  });
}

test('a mute names its end, with the day if not today, and no time if permanent', () => {
  const until = (/** @type {number} */ ms) => outcomeWords(words('en'), { code: 'muted' }, { mutedUntil: ms }, now).what;
  assert.match(until(now + 5 * 60_000), /until 20:05/);
  assert.match(until(now + 24 * 3600_000), /Nov 22/);
  assert.equal(until(now + 1e12), words('en').t('muted_ever', {}));
  assert.equal(until(0), words('en').t('muted_ever', {}));
});

test('the banner shows one state: stop before warn before offline before back', () => {
  const all = { lost: 'banned', mutedUntil: now + 1000, room: { state: 'paused', message: 'Back at 9.' }, line: 'offline', sentLate: 0 };
  const tone = (/** @type {any} */ state) => bannerWords(words('en'), state, now);
  assert.equal(tone(all).text, words('en').t('banned', {}));
  assert.equal(tone({ ...all, lost: '' }).icon, 'mute');
  assert.equal(tone({ ...all, lost: '', mutedUntil: now }).text, 'Comments are paused. Back at 9.');
  assert.equal(tone({ ...open, line: 'offline' }).tone, 'calm');
  assert.equal(tone({ ...open, line: 'back', sentLate: 2 }).text, 'Back online. 2 sent.');
  assert.equal(tone({ ...open, line: 'back' }).text, 'Back online.');
  assert.equal(tone(open).text, '');
});
