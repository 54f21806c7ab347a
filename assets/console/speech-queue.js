// The comments to read aloud, in their order: shown ones, as the moderator chose. A removed
// comment leaves at once, also while it is being read. Pure.

import { graphemes } from '../shared/protocol.js';

/**
 * @typedef {object} Speech the settings of reading in this browser
 * @property {'all'|'paid'|'questions'|'word'} what
 * @property {string} word for `word`: the text must contain it; at the start ("!say") it is not read itself
 * @property {string} source only this one; "" for all
 * @property {boolean} names the author's name is read first
 * @property {number} rate 0.5 to 2
 * @property {number} volume 0 to 1
 * @property {Record<string, string>} voices by language: the voice's address; if missing, the browser's choice
 *
 * @typedef {{id: string, user: string, text: string, name: string, lang: string}} Utterance
 */

/** @type {Readonly<Speech>} */
export const USUAL = Object.freeze({ what: 'all', word: '!say', source: '', names: true, rate: 1, volume: 1, voices: {} });

/**
 * The most waiting comments; more would be read too late: the oldest is dropped, unless it
 * was paid for.
 */
export const MOST = 30;

/** The most graphemes read of a text. */
const LONG = 200;

/** ms after which a comment is too old to be read. */
const STALE = 60_000;

/** Matches a URL, which a word replaces. */
const ADDRESS = /\b(?:https?:\/\/|www\.)\S+/giu;

/** The language of a text by its letters; if these fit several, the page's language.
 * @param {string} text @param {string} own */
export function languageOf(text, own) {
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return 'ja';
  if (/\p{Script=Hangul}/u.test(text)) return 'ko';
  if (/\p{Script=Han}/u.test(text)) return own.startsWith('ja') ? 'ja' : 'zh';
  if (/\p{Script=Cyrillic}/u.test(text)) return 'ru';
  if (/\p{Script=Thai}/u.test(text)) return 'th';
  if (/\p{Script=Arabic}/u.test(text)) return 'ar';
  return /^(zh|ja|ko|ru|th|ar)/.test(own) ? 'en' : own.split('-')[0];
}

/** Whether a word is in a text, whatever the width and case of its letters. @param {string} text @param {string} word */
const found = (text, word) => {
  const fold = (/** @type {string} */ s) => s.normalize('NFKC').toLowerCase().trim();
  return fold(word) !== '' && fold(text).includes(fold(word));
};

/** Whether a comment is one to read. @param {any} c as on the wire @param {Speech} speech */
export function wanted(c, { what, word, source }) {
  if (source && (c.source ?? 'audience') !== source) return false;
  if (what === 'paid') return Boolean(c.paid);
  if (what === 'questions') return Boolean(c.item) && !c.photo;
  return what === 'all' ? !c.item : found(c.text, word);
}

/** The spoken form of a comment's text. @param {string} text @param {Speech} speech @param {string} link the word for a URL */
export function spoken(text, { what, word }, link) {
  const said = what === 'word' && found(text.slice(0, word.length), word) ? text.slice(word.length) : text;
  const letters = graphemes(said.replace(ADDRESS, link).replace(/(.)\1{4,}/gu, '$1$1$1').trim());
  return letters.length > LONG ? `${letters.slice(0, LONG).join('')}…` : letters.join('');
}

export class SpeechQueue {
  /** @type {(Utterance & {paid: boolean})[]} */ #waiting = [];
  /** @type {Utterance|null} being read */ now = null;

  /** In the order in which they are read. @returns {readonly Utterance[]} */
  get waiting() { return this.#waiting; }

  /**
   * Adds a shown comment if it matches the settings.
   * @param {any} c as on the wire @param {Speech} speech @param {{now: number, own: string, link: string}} at now is ms by the server's clock, own the page's language
   */
  take(c, speech, { now, own, link }) {
    if (!wanted(c, speech) || now - c.at > STALE || this.now?.id === c.id || this.#waiting.some(({ id }) => id === c.id)) return false;
    const text = spoken(c.text, speech, link);
    if (!/[\p{L}\p{N}]/u.test(text)) return false; // only emoji
    this.#waiting.push({ id: c.id, user: c.user ?? '', text, name: speech.names ? c.name ?? '' : '', lang: languageOf(text, own), paid: Boolean(c.paid) });
    if (this.#waiting.length > MOST) {
      const free = this.#waiting.findIndex(({ paid }) => !paid);
      this.#waiting.splice(Math.max(0, free), 1);
    }
    return true;
  }

  /** Takes the next one to read. @returns {Utterance|null} */
  next() {
    this.now = this.#waiting.shift() ?? null;
    return this.now;
  }

  /** Removes comments that were taken down. @param {{ids?: string[], user?: string}|null} what null: everything @returns {boolean} whether one of them is being read */
  drop(what) {
    const gone = (/** @type {Utterance} */ { id, user }) => !what || (what.ids ?? []).includes(id) || Boolean(what.user) && what.user === user;
    this.#waiting = this.#waiting.filter((one) => !gone(one));
    const cut = this.now !== null && gone(this.now);
    if (cut) this.now = null;
    return cut;
  }
}
