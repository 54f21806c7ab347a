import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { changes, detail } from '../console/change.js';
import { labelled } from '../console/labels.js';
import { format } from '../shared/i18n.js';

/** @param {string} lang @returns {any} the words of the console */
function words(lang) {
  const all = JSON.parse(readFileSync(new URL(`../locales/console.${lang}.json`, import.meta.url), 'utf8'));
  return { lang, has: (/** @type {string} */ key) => key in all, t: (/** @type {string} */ key, /** @type {any} */ params) => format(all[key], lang, params) };
}

test('a change is described in the words of the settings page', () => {
  for (const [before, after, want] of /** @type {any[]} */ ([
    [{ title: 'live' }, { title: 'Friday' }, 'Title: live → Friday'],
    [{ slow_ms: 0, newcomers: 'open' }, { slow_ms: 10_000, newcomers: 'held' }, 'Slow mode: 0 s → 10 s · Newcomers: Free → Held'],
    [{ modes: ['scroll'] }, { modes: ['scroll', 'top'] }, 'Allowed positions: Right to left → Right to left, Fixed at top'],
    [{ colors: [] }, { colors: ['#ff0000'] }, 'Colours: – → #ff0000'],
    [{ locked: false }, { locked: true }, 'Lock down: no → yes'],
    [{ message: '' }, { message: 'x'.repeat(200) }, `Message: – → ${'x'.repeat(59)}…`],
    [{ look: { color: '#123456' } }, { look: {} }, 'Colour of the room: #123456 → –'],
    [{ future: 1 }, { future: 2000 }, 'future: 1 → 2,000'],
  ])) assert.equal(changes({ before, after }, words('en')), want);
  assert.equal(changes({}, words('en')), '');
});

test('every setting has a name in every language', () => {
  const settings = ['title', 'state', 'review', 'slow_ms', 'max_length', 'modes', 'colors', 'sizes', 'message', 'delay_ms', 'newcomers', 'links', 'phrases', 'look', 'locked', 'archived', 'secret'];
  for (const lang of ['en', 'zh-CN', 'ja']) {
    for (const name of settings) assert.ok(!changes({ before: {}, after: { [name]: true } }, words(lang)).startsWith(name), `${lang} ${name}`);
  }
});

test('the role of a link is in the language of the page, its label unchanged', () => {
  for (const [act, lang, want] of /** @type {any[]} */ ([
    [{ act: 'link', detail: 'moderator left desk' }, 'en', 'Moderator · left desk'],
    [{ act: 'revoke', detail: 'moderator left desk' }, 'ja', 'モデレーター · left desk'],
    [{ act: 'link', detail: 'owner ' }, 'zh-CN', words('zh-CN').t('role_owner')],
    [{ act: 'link', detail: 'pilot Kim' }, 'en', 'pilot · Kim'],
    [{ act: 'restore', detail: 'owner host' }, 'zh-CN', `${words('zh-CN').t('role_owner')} · 主播`],
    [{ act: 'mute', detail: 'moderator left desk' }, 'ja', 'moderator left desk'],
    [{ act: 'settings', before: { title: 'a' }, after: { title: 'b' } }, 'en', 'Title: a → b'],
  ])) assert.equal(detail(act, words(lang)), want);
});

test('a change of rules names the list, the action, and the entries added and removed', () => {
  for (const [act, want] of /** @type {any[]} */ ([
    [{ changed: ['made'], detail: '+plum' }, 'words · new list · +plum'],
    [{ changed: ['off', 'text'], detail: '+plum · −pear' }, 'words · switched off · entries changed · +plum · −pear'],
    [{ changed: ['on'] }, 'words · switched on'],
    [{ changed: [] }, 'words'],
    [{ detail: 'off' }, 'words · switched off'], // as older versions wrote it
    [{ detail: 'deleted' }, 'words · deleted'],
    [{}, 'words'],
  ])) assert.equal(detail({ act: 'rules', about: 'words', ...act }, words('en')), want);
});

test('labels that the program created are translated, those that people wrote are not', () => {
  for (const [label, en, zh] of [
    ['host', 'host', '主播'], ['first start', 'first start', '首次启动'], ['command line', 'Command line', '命令行'],
    ['moderator 7', 'Moderator 7', '房管 7'], ['Ann', 'Ann', 'Ann'], ['', '', ''], ['host 2', 'host 2', 'host 2'], ['constructor', 'constructor', 'constructor'], ['Moderator 7', 'Moderator 7', 'Moderator 7'],
  ]) {
    assert.equal(labelled(label, words('en')), en);
    assert.equal(labelled(label, words('zh-CN')), zh);
  }
});

test('a prepared warning is in the language of the page, also in the activity', () => {
  const act = { act: 'note_gone', about: '3', changed: ['spam'] };
  assert.equal(detail(act, words('en')), 'Please do not send the same again and again.');
  assert.equal(detail(act, words('zh-CN')), '请不要反复发送同样的内容。');
  assert.equal(detail({ act: 'warn', changed: ['of_a_newer_version'] }, words('en')), 'of_a_newer_version');
  assert.equal(detail({ act: 'warn', detail: 'no spoilers' }, words('en')), 'no spoilers');
});

test('every action has a word in every language, and so has every question before an undo', () => {
  const source = readFileSync(new URL('../../room/audit.go', import.meta.url), 'utf8');
  const acts = [...source.matchAll(/Action = "([a-z_]+)"/g)].map(([, name]) => name);
  assert.ok(acts.length > 15);
  for (const lang of ['en', 'zh-CN', 'ja']) {
    for (const act of acts) assert.ok(words(lang).has(`act_${act}`), `${lang} ${act}`);
    for (const act of ['link', 'revoke', 'restore', 'room']) for (const part of ['title', 'text', 'yes']) assert.ok(words(lang).has(`undo_${act}_${part}`), `${lang} ${act} ${part}`);
    for (const name of ['made', 'deleted', 'on', 'off', 'text']) assert.ok(words(lang).has(`list_${name}`), `${lang} ${name}`);
  }
});
