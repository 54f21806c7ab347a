import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { LANGUAGES, Words, choose, format } from '../shared/i18n.js';

const assets = new URL('../', import.meta.url);
const read = (/** @type {string} */ path) => readFileSync(new URL(path, assets), 'utf8');
const pages = [...new Set(readdirSync(new URL('locales/', assets)).map((f) => f.split('.')[0]))];
const params = (/** @type {any} */ message) => [...new Set(Object.values(typeof message === 'string' ? { other: message } : message).join(' ').match(/\{\w+\}/g))].sort();

test('the best language of a list of wishes', () => {
  assert.equal(choose(['zh-CN']), 'zh-CN');
  assert.equal(choose(['ZH-cn', 'en']), 'zh-CN');
  assert.equal(choose(['zh-Hant-TW', 'en']), 'zh-CN');
  assert.equal(choose([null, '', 'fr', 'ja-JP', 'en']), 'ja');
  assert.equal(choose(['fr', 'xx']), 'en');
  assert.equal(choose([]), 'en');
});

test('plurals, parameters, and numbers as the language writes them', () => {
  assert.equal(format({ one: '{n} person', other: '{n} people' }, 'en', { n: 1 }), '1 person');
  assert.equal(format({ one: '{n} person', other: '{n} people' }, 'en', { n: 1234 }), '1,234 people');
  assert.equal(format({ other: '{n} 人' }, 'zh-CN', { n: 1 }), '1 人');
  assert.equal(format('a {x} {y} {x}', 'en', { x: '{y}' }), 'a {y} {y} {y}');
  assert.equal(format('paused. {message}', 'en', { message: '' }), 'paused.');
  assert.equal(format(undefined, 'en'), '');
});

for (const page of pages) {
  test(`${page}: every language has the same keys, parameters and plural forms`, () => {
    const english = JSON.parse(read(`locales/${page}.en.json`));
    for (const lang of LANGUAGES) {
      const words = JSON.parse(read(`locales/${page}.${lang}.json`));
      assert.deepEqual(Object.keys(words).sort(), Object.keys(english).sort(), lang);
      for (const [key, message] of Object.entries(words)) {
        assert.deepEqual(params(message), params(english[key]), `${lang} ${key}`);
        assert.equal(typeof message, typeof english[key], `${lang} ${key}`);
        if (typeof message === 'object') {
          assert.deepEqual(Object.keys(/** @type {any} */ (message)).sort(), new Intl.PluralRules(lang).resolvedOptions().pluralCategories.sort(), `${lang} ${key}`);
        }
        assert.ok(format(/** @type {any} */ (message), lang, { n: 1 }).length > 0, `${lang} ${key} is empty`);
      }
    }
  });
}

/** Keys that code and templates name as they stand. @param {string} folder */
function named(folder) {
  const found = new Set();
  for (const file of readdirSync(new URL(`${folder}/`, assets))) {
    const text = read(`${folder}/${file}`);
    for (const m of text.matchAll(/(?:\bt\(|\bt |data-t(?:-\w+)?=)["'`](\w+)["'`]/g)) found.add(m[1]);
  }
  return found;
}

/** Each page's folder and the first parts of its locale files. */
const PAGES = [['builder', 'builder'], ['audience', 'audience', 'show'], ['console', 'console'], ['poster', 'welcome'], ['screen', 'welcome'], ['welcome', 'welcome']];
for (const [folder, ...files] of PAGES) {
  test(`${folder}: every key that is named exists`, () => {
    const words = Object.assign({}, ...files.map((file) => JSON.parse(read(`locales/${file}.en.json`))));
    const keys = named(folder);
    assert.ok(keys.size > 4);
    for (const key of keys) assert.ok(key in words, key);
  });
}

test('of two languages chosen in haste the last stands, and before the first there are no words', async () => {
  const world = /** @type {any} */ (globalThis), { fetch } = world;
  /** @type {((answer: any) => void)[]} */ const answers = [];
  world.fetch = () => new Promise((answer) => answers.push(answer));
  world.document = { documentElement: { lang: '', querySelectorAll: () => [] } };
  try {
    const words = new Words('audience');
    assert.equal(words.t('send'), '');
    const both = [words.use('ja'), words.use('en')];
    for (const [i, send] of [[1, 'Send'], [0, '送信']]) answers[Number(i)]({ ok: true, json: async () => ({ send }) });
    await Promise.all(both);
    assert.deepEqual([words.t('send'), words.lang, world.document.documentElement.lang, words.t('nothing')], ['Send', 'en', 'en', 'nothing']);
  } finally {
    world.fetch = fetch;
    delete world.document;
  }
});
