// The words of the last minutes: from comments on the screen, counted by the
// people who wrote them. Words of a removed comment are removed, too, and no
// person's name counts as a word. Pure; nothing leaves this page.

import { STOP_WORDS } from './stop-words.js';

/** ms for which a comment counts. */
export const MINUTES = 5 * 60_000;

/** The most comments kept; the oldest are dropped first. */
const MOST = 4000;

/** The most words counted in one comment. */
const MOST_OF_ONE = 40;

/** A word counts only if this many people wrote it: one that a single person writes may be private, and shows no topic. */
export const LEAST_PEOPLE = 2;

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u;

/** @typedef {{segment: (text: string) => Iterable<{segment: string, isWordLike?: boolean}>}} Segmenter */

/** The browser's segmenter, which knows Chinese, Japanese and Thai words; null in old browsers. @returns {Segmenter|null} */
export const ownSegmenter = () => (typeof Intl !== 'undefined' && 'Segmenter' in Intl ? new Intl.Segmenter(undefined, { granularity: 'word' }) : null);

/** Words without a dictionary: runs of letters, and in Chinese and Japanese each pair of neighbours.
 * @param {string} text @returns {string[]} */
export function plainWords(text) {
  return (text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{M}\p{N}'’])+/gu) ?? []).flatMap((run) => {
    if (!CJK.test(run)) return [run];
    const letters = Array.from(run);
    return letters.length < 2 ? [] : letters.slice(1).map((letter, i) => letters[i] + letter);
  });
}

/** The words of a text, each once, in lower case.
 * @param {string} text @param {Segmenter|null} segmenter */
export function wordsOf(text, segmenter) {
  // Addresses and mentions (@name) do not count as words.
  const bare = text.normalize('NFKC').replace(/\b(?:https?:\/\/|www\.)\S+|\S+\.(?:com|net|org|tv|jp|cn|de)\b\S*/giu, ' ').replace(/[@＠]\S+/gu, ' ');
  const raw = segmenter ? Array.from(segmenter.segment(bare)).filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment) : plainWords(bare);
  /** @type {Set<string>} */ const out = new Set();
  for (const one of raw) {
    const word = one.toLowerCase().replace(/['’]/g, '');
    const letters = Array.from(word).length;
    if (letters > 24 || letters < (/\p{Script=Han}/u.test(word) ? 2 : CJK.test(word) ? 3 : 2)) continue;
    if (!/\p{L}/u.test(word) || /^(.)\1+$/u.test(word) || STOP_WORDS.has(word)) continue;
    out.add(word);
    if (out.size >= MOST_OF_ONE) break;
  }
  return [...out];
}

/** @typedef {{id: string, user: string, at: number, name: string, words: string[]}} Said */

export class RecentWords {
  #segmenter;
  /** @type {Map<string, Said>} by id, oldest first */ #said = new Map();

  /** @param {Segmenter|null} segmenter */
  constructor(segmenter) { this.#segmenter = segmenter; }

  /** @param {{id: string, text: string, user?: string, name?: string, emotes?: {from: number, to: number}[]}} comment @param {number} at ms, by the clock that expire uses */
  add({ id, text, user = '', name = '', emotes = [] }, at) {
    // Emotes are pictures; their names are not words.
    const points = Array.from(text);
    for (const { from, to } of emotes) points.fill(' ', from, to);
    const words = wordsOf(points.join(''), this.#segmenter);
    if (words.length === 0 || this.#said.has(id)) return;
    this.#said.set(id, { id, user: user || id, at, name: name.normalize('NFKC').toLowerCase(), words });
    if (this.#said.size > MOST) this.#said.delete(/** @type {string} */ (this.#said.keys().next().value));
  }

  /** Removes the words of comments that were taken down. @param {{ids?: string[], user?: string}} what */
  remove({ ids = [], user = '' }) {
    for (const id of ids) this.#said.delete(id);
    if (user) for (const said of this.#said.values()) if (said.user === user) this.#said.delete(said.id);
  }

  clear() { this.#said.clear(); }

  /** Forgets comments older than the last minutes. @param {number} now ms */
  expire(now) {
    for (const { id, at } of this.#said.values()) if (now - at > MINUTES) this.#said.delete(id);
  }

  /** The words that most people wrote, the most first; equal ones in alphabetical order.
   * @param {number} most @returns {{word: string, people: number}[]} */
  top(most) {
    /** @type {Map<string, Set<string>>} */ const people = new Map();
    const names = new Set(Array.from(this.#said.values(), ({ name }) => name));
    for (const { user, words } of this.#said.values()) {
      for (const word of words) {
        if (names.has(word)) continue;
        const who = people.get(word);
        if (who) who.add(user);
        else people.set(word, new Set([user]));
      }
    }
    return [...people].map(([word, who]) => ({ word, people: who.size })).filter((one) => one.people >= LEAST_PEOPLE)
      .sort((a, b) => b.people - a.people || (a.word < b.word ? -1 : 1)).slice(0, most);
  }
}
