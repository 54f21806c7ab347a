// Reading aloud: which comments, in which order, with which voice; and removed ones
// are cut off.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Reader } from '../console/reader.js';
import { MOST, SpeechQueue, USUAL, languageOf, spoken, wanted } from '../console/speech-queue.js';

const NOW = 1_000_000;
const comment = (id, text, over = {}) => ({ id, text, at: NOW, user: `u${id}`, name: 'Mika', ...over });
const at = { now: NOW, own: 'en', link: 'a link' };

test('which comments are read: all, paid, questions, with a word, of one source', () => {
  const plain = comment('1', 'hello'), paid = comment('2', 'hi', { paid: { amount: 1 } }), question = comment('3', 'why?', { item: 'q' }), word = comment('4', 'ok ！ＳＡＹ this');
  const read = (speech) => [plain, paid, question, word].filter((c) => wanted(c, { ...USUAL, ...speech })).map(({ id }) => id).join('');
  for (const [speech, ids] of [
    [{ what: 'all' }, '124'], [{ what: 'paid' }, '2'], [{ what: 'questions' }, '3'], [{ what: 'word', word: '!say' }, '4'], [{ what: 'word', word: ' ' }, ''],
    [{ what: 'all', source: 'twitch' }, ''], [{ what: 'all', source: 'audience' }, '124'],
  ]) assert.equal(read(speech), ids, JSON.stringify(speech));
  assert.ok(wanted(comment('5', 'x', { source: 'twitch' }), { ...USUAL, source: 'twitch' }));
});

test('the spoken text lacks the word, URLs and long runs, and has a bounded length', () => {
  const say = (text, speech = {}) => spoken(text, { ...USUAL, ...speech }, 'a link');
  assert.equal(say('!say go on', { what: 'word' }), 'go on');
  assert.equal(say('!SAY go on', { what: 'word' }), 'go on');
  assert.equal(say('please !say it', { what: 'word' }), 'please !say it');
  assert.equal(say('see https://example.com/a?b now'), 'see a link now');
  assert.equal(say('哈哈哈哈哈哈哈哈'), '哈哈哈');
  assert.equal(say('ab '.repeat(200)).length, 201);
});

test('the voice follows the script, or the page’s language if the script is ambiguous', () => {
  for (const [text, own, lang] of [['音楽が好き', 'en', 'ja'], ['音乐', 'en', 'zh'], ['音楽', 'ja', 'ja'], ['안녕', 'en', 'ko'], ['hello', 'en', 'en'], ['hello', 'zh-CN', 'en'], ['bonjour', 'fr', 'fr'], ['привет', 'en', 'ru']]) {
    assert.equal(languageOf(text, own), lang, text);
  }
});

test('the queue is in order, without repeats or stale comments, bounded, and keeps paid ones', () => {
  const queue = new SpeechQueue();
  assert.ok(queue.take(comment('p', 'thanks', { paid: { amount: 1 } }), USUAL, at));
  assert.ok(!queue.take(comment('p', 'thanks'), USUAL, at), 'the same again');
  assert.ok(!queue.take(comment('old', 'hello', { at: NOW - 60_001 }), USUAL, at));
  assert.ok(!queue.take(comment('e', '👍👍'), USUAL, at), 'emoji alone');
  for (let i = 0; i < MOST; i++) queue.take(comment(String(i), `number ${i}`), USUAL, at);
  assert.deepEqual([queue.waiting.length, queue.waiting[0].id, queue.waiting[1].id], [MOST, 'p', '1']);
  assert.equal(queue.next()?.id, 'p');
  assert.equal(queue.drop({ ids: ['2'] }), false);
  assert.equal(queue.drop({ user: 'u3' }), false);
  assert.ok(queue.waiting.every(({ id }) => id !== '2' && id !== '3'));
  assert.equal(queue.drop({ ids: ['p'] }), true, 'what is being read');
  queue.next();
  assert.equal(queue.drop(null), true);
  assert.deepEqual([queue.waiting.length, queue.now], [0, null]);
});

/** A reader with a fake voice. */
function fake() {
  /** @type {Map<string, ((value: any) => void)[]>} */ const heard = new Map();
  const store = /** @type {any} */ ({
    now: NOW, words: { lang: 'en', t: (key, p) => (key === 'voice_says' ? `${p.name}: ${p.text}` : key) },
    on: (topic, fn) => heard.set(topic, [...heard.get(topic) ?? [], fn]), notify: (topic, value) => { for (const fn of heard.get(topic) ?? []) fn(value); },
  });
  /** @type {any[]} */ const said = [], timers = [];
  const synth = { cancels: 0, speak: (u) => said.push(u), cancel() { this.cancels++; }, getVoices: () => [{ name: 'Anna', lang: 'en-GB', voiceURI: 'anna' }, { name: 'Bo', lang: 'en-US', voiceURI: 'bo' }, { name: 'Kyoko', lang: 'ja-JP', voiceURI: 'kyoko' }] };
  const reader = new Reader(store, { synth, make: (text) => ({ text }), later: (fn, ms) => timers.push({ fn, ms }), kept: JSON.stringify({ rate: 1.5, voices: { en: 'bo' } }) });
  return { store, reader, said, synth, timers };
}

test('reader: reads comments one after the other, with name, voice and speed', () => {
  const { store, reader, said } = fake();
  store.notify('shown', comment('0', 'before it is on'));
  reader.turn(true);
  store.notify('shown', comment('1', 'hello'));
  store.notify('shown', comment('2', 'こんにちは', { name: '' }));
  assert.deepEqual(said.map(({ text, voice, rate }) => [text, voice.voiceURI, rate]), [['Mika: hello', 'bo', 1.5]]);
  said[0].onend();
  assert.deepEqual(said.slice(1).map(({ text, voice, lang }) => [text, voice.voiceURI, lang]), [['こんにちは', 'kyoko', 'ja-JP']]);
  said[0].onend(); // a second end event changes nothing
  store.notify('shown', comment('3', 'third'));
  assert.equal(said.length, 2);
  said[1].onerror();
  assert.equal(said[2].text, 'Mika: third');
});

test('reader: a removed comment is cut off, or never read if it waits', () => {
  const { store, reader, said, synth } = fake();
  reader.turn(true);
  for (const [id, user] of [['1', 'a'], ['2', 'b'], ['3', 'c'], ['4', 'b']]) store.notify('shown', comment(id, `text ${id}`, { user, name: '' }));
  store.notify('gone', { user: 'b' });
  assert.equal(synth.cancels, 0, 'it is not read now');
  store.notify('gone', { ids: ['1'] });
  assert.deepEqual([synth.cancels, said.map(({ text }) => text)], [1, ['text 1', 'text 3']]);
  said[0].onend(); // the end event of the cancelled one
  assert.equal(reader.queue.now?.id, '3');
  store.notify('gone', null);
  assert.deepEqual([synth.cancels, reader.queue.now], [2, null]);
});

test('reader: skip, empty and stop', () => {
  const { store, reader, said, synth } = fake();
  reader.turn(true);
  for (const id of ['1', '2', '3']) store.notify('shown', comment(id, `text ${id}`, { name: '' }));
  reader.skip();
  assert.deepEqual(said.map(({ text }) => text), ['text 1', 'text 2']);
  reader.empty();
  assert.deepEqual([reader.queue.waiting.length, reader.queue.now?.id], [0, '2'], 'what is being read is read to its end');
  store.notify('shown', comment('4', 'text 4'));
  reader.turn(false);
  assert.deepEqual([reader.queue.waiting.length, reader.queue.now, synth.cancels], [0, null, 2]);
  store.notify('shown', comment('5', 'text 5'));
  assert.equal(said.length, 2);
});

test('reader: waits while removals cannot arrive, and gives up a voice that hangs', () => {
  const { store, reader, said, timers, synth } = fake();
  reader.turn(true);
  store.notify('shown', comment('1', 'one', { name: '' }));
  store.notify('line', 'waiting');
  store.notify('shown', comment('2', 'two', { name: '' }));
  said[0].onend();
  assert.equal(said.length, 1, 'away');
  store.notify('line', 'open');
  store.notify('line', 'waiting');
  store.notify('line', 'open');
  const settles = timers.filter(({ ms }) => ms === 1000);
  settles[0].fn();
  assert.equal(said.length, 1, 'the line was lost again');
  store.notify('gone', { ids: ['2'] });
  store.notify('shown', comment('3', 'three', { name: '' }));
  settles[1].fn();
  assert.deepEqual(said.map(({ text }) => text), ['one', 'three']);
  store.notify('shown', comment('4', 'four', { name: '' }));
  timers.filter(({ ms }) => ms > 1000).at(-1).fn();
  assert.deepEqual([said.at(-1).text, synth.cancels], ['four', 1]);
});
