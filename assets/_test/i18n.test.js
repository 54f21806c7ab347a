import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { AUDIENCE_LANGUAGES, LANGUAGES, Words, choose, format } from '../shared/i18n.js';
import { outcomeWords } from '../audience/outcome.js';
import { showWords } from '../overlay/show-words.js';
import { words as stageWords } from '../overlay/text.js';

const assets = new URL('../', import.meta.url);
const read = (/** @type {string} */ path) => readFileSync(new URL(path, assets), 'utf8');
const pages = [...new Set(readdirSync(new URL('locales/', assets)).map((f) => f.split('.')[0]))];
const params = (/** @type {any} */ message) => [...new Set(Object.values(typeof message === 'string' ? { other: message } : message).join(' ').match(/\{\w+\}/g))].sort();

test('the best available language of a list is chosen', () => {
  assert.equal(choose(['zh-CN']), 'zh-CN');
  assert.equal(choose(['ZH-cn', 'en']), 'zh-CN');
  assert.equal(choose(['zh-Hant-TW', 'en']), 'zh-CN');
  for (const [wish, want] of Object.entries({
    'zh-TW': 'zh-TW', 'zh-HK': 'zh-TW', 'zh-Hant-MO': 'zh-TW', zh_TW: 'zh-TW', 'zh-Hans-TW': 'zh-CN', 'zh-SG': 'zh-CN', zh: 'zh-CN', 'ko-KR': 'ko', 'es-419': 'es', 'es-MX': 'es', 'pt-BR': 'en',
  })) assert.equal(choose([wish], AUDIENCE_LANGUAGES), want, wish);
  assert.equal(choose(['ko', 'ja']), 'ja', 'a page that has no Korean takes the next wish');
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

test('Japanese texts have no space between Latin and kana, except around text to type', () => {
  const typed = /@|=>|#|<|--|- と|&|danmaku [a-z]|\.\d+Z|"|;/;
  for (const page of pages) {
    for (const [key, message] of Object.entries(JSON.parse(read(`locales/${page}.ja.json`)))) {
      for (const text of Object.values(typeof message === 'string' ? { other: message } : message)) {
        if (!typed.test(text)) assert.doesNotMatch(text, /[A-Za-z0-9}%] [\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]|[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}] [A-Za-z]/u, `${page}: ${key}`);
      }
    }
  }
});

test('rules and pages of the console have different names', () => {
  for (const lang of LANGUAGES) {
    const table = Object.entries(JSON.parse(read(`locales/console.${lang}.json`)));
    for (const kind of [/^rule_/, /^page_(?!.*_lead$)/]) {
      /** @type {Map<string, string>} */ const keyOf = new Map();
      for (const [key, label] of table) {
        if (!kind.test(key)) continue;
        assert.equal(keyOf.get(label), undefined, `${lang}: ${key} is “${label}”, too`);
        keyOf.set(label, key);
      }
      assert.ok(keyOf.size > 10, `${lang}: ${keyOf.size} labels of ${kind}`);
    }
  }
});

/** Tables of the audience's texts. */
const OF_THE_AUDIENCE = ['about', 'audience', 'draw', 'photos', 'show', 'venue', 'warn'];

test('each table has exactly the languages of its readers', () => {
  const files = readdirSync(new URL('locales/', assets));
  for (const page of pages) {
    const langs = OF_THE_AUDIENCE.includes(page) ? AUDIENCE_LANGUAGES : LANGUAGES;
    assert.deepEqual(files.filter((f) => f.startsWith(`${page}.`)).sort(), langs.map((lang) => `${page}.${lang}.json`).sort());
  }
});

test('the overlay has words in every language of the audience', () => {
  /** @type {any} */ const english = showWords('en');
  for (const lang of AUDIENCE_LANGUAGES) {
    /** @type {any} */ const words = showWords(lang);
    assert.equal(words.lang, lang);
    assert.deepEqual(Object.keys(words).sort(), Object.keys(english).sort(), lang);
    assert.deepEqual(Object.keys(stageWords(lang)), ['owner', 'moderator', 'member', 'scan'], lang);
    for (const key of Object.keys(english)) {
      assert.deepEqual(params(words[key]), params(english[key]), `${lang} ${key}`);
      if (lang !== 'en') assert.ok(key === 'lang' || words[key] !== english[key], `${lang} ${key} is English`);
    }
  }
});

test('no translated table has English words left', () => {
  const same = ['app', 'emotes', 'seconds', 'color', 'screen_code', 'screen_color']; // identical in some language
  for (const page of OF_THE_AUDIENCE) {
    const english = JSON.parse(read(`locales/${page}.en.json`));
    for (const lang of AUDIENCE_LANGUAGES.slice(1)) {
      const words = JSON.parse(read(`locales/${page}.${lang}.json`));
      for (const key of Object.keys(english)) if (!same.includes(key)) assert.notDeepEqual(words[key], english[key], `${page}.${lang} ${key}`);
    }
  }
});

test('numbers and times of the added languages', () => {
  const messages = (/** @type {string} */ page, /** @type {string} */ lang) => JSON.parse(read(`locales/${page}.${lang}.json`));
  const people = (/** @type {string} */ lang, /** @type {number} */ n) => format(messages('audience', lang).people, lang, { n });
  assert.equal(people('ko', 1234), '1,234명 접속 중');
  assert.equal(people('zh-TW', 1234), '1,234 人在線上');
  assert.deepEqual([1, 2, 12345, 1000000].map((n) => format(messages('show', 'es').poll_people, 'es', { n })), ['1 persona ha votado', '2 personas han votado', '12.345 personas han votado', '1.000.000 de personas han votado']);
  const until = (/** @type {string} */ lang, /** @type {number} */ day) => outcomeWords(
    { lang, t: (key, params) => format(messages('audience', lang)[key], lang, params) }, { code: 'muted' }, { mutedUntil: new Date(2026, 10, day, 9, 5).getTime() }, new Date(2026, 10, 21, 8, 0).getTime(),
  ).what;
  for (const lang of AUDIENCE_LANGUAGES) assert.match(until(lang, 21), /09:05/, lang);
  assert.deepEqual(['ko', 'zh-TW', 'es'].map((lang) => until(lang, 22)), ['11월 22일 09:05까지 보낼 수 없어요. 계속 볼 수는 있어요.', '11月22日 09:05 前不能發言，仍可觀看。', 'No puedes enviar hasta 22 nov, 09:05. Puedes seguir mirando.']);
});

for (const page of pages) {
  test(`${page}: every language has the same keys, parameters and plural forms`, () => {
    const english = JSON.parse(read(`locales/${page}.en.json`));
    for (const lang of OF_THE_AUDIENCE.includes(page) ? AUDIENCE_LANGUAGES : LANGUAGES) {
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

/** Keys that code and templates contain literally. @param {string} folder */
function named(folder) {
  const found = new Set();
  for (const file of readdirSync(new URL(`${folder}/`, assets))) {
    const text = read(`${folder}/${file}`);
    for (const m of text.matchAll(/(?:\bt\(|\bt |data-t(?:-\w+)?=)["'`](\w+)["'`]/g)) found.add(m[1]);
  }
  return found;
}

/** Each page's folder and the first parts of its locale files. */
const PAGES = [['builder', 'builder'], ['audience', 'audience', 'show', 'warn'], ['console', 'console'], ['poster', 'venue'], ['screen', 'venue'], ['welcome', 'welcome']];
for (const [folder, ...files] of PAGES) {
  test(`${folder}: every key that is named exists`, () => {
    const words = Object.assign({}, ...files.map((file) => JSON.parse(read(`locales/${file}.en.json`))));
    const keys = named(folder);
    assert.ok(keys.size > 4);
    for (const key of keys) assert.ok(key in words, key);
  });
}

test('of two languages chosen quickly the last one applies, and no words are shown before the first', async () => {
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

test('words whose request hangs are asked for again, with more time', async (t) => {
  const world = /** @type {any} */ (globalThis), { fetch } = world;
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @type {(() => void)[]} */ const asked = [];
  let answers = false;
  world.fetch = (/** @type {URL} */ _, /** @type {{ signal: AbortSignal }} */ { signal }) => new Promise((answer, fail) => {
    if (answers) answer({ ok: true, json: async () => ({ send: 'Send' }) });
    else signal.addEventListener('abort', () => fail(signal.reason));
    asked.shift()?.();
  });
  world.document = { cookie: '', documentElement: { lang: '', querySelectorAll: () => [] } };
  world.location = { search: '' };
  if (!world.navigator) Object.defineProperty(world, 'navigator', { value: { languages: ['en'] }, configurable: true }); // Node 21 has one
  const next = () => new Promise((done) => { asked.push(() => done(undefined)); });
  const settled = () => new Promise((done) => { setImmediate(done); });
  try {
    const words = new Words('audience');
    let loaded = false;
    const first = next(), start = words.start().then(() => { loaded = true; });
    await first;
    for (const [limit, wait] of [[8_000, 500], [16_000, 1_000]]) {
      const again = next();
      t.mock.timers.tick(limit);
      await settled();
      answers = limit > 8_000;
      t.mock.timers.tick(wait);
      await again;
    }
    await start;
    assert.deepEqual([loaded, words.t('send')], [true, 'Send']);
  } finally {
    world.fetch = fetch;
    delete world.document;
    delete world.location;
  }
});
