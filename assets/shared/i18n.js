// The page's texts in the person's language. Sentences are whole keys; plural
// forms are objects by Intl.PluralRules category.

import { limited } from './limited.js';

/** Languages for which every page has a locale file; the first is the fallback. */
export const LANGUAGES = /** @type {readonly string[]} */ (['en', 'zh-CN', 'ja']);

/** Languages of the audience's texts. */
export const AUDIENCE_LANGUAGES = /** @type {readonly string[]} */ ([...LANGUAGES, 'zh-TW', 'ko', 'es']);

/** @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Message */

/** A key that tags share if their readers can read each other's texts: the language, and for Chinese the script. @param {string} tag */
const readerGroup = (tag) => (/^zh[-_](hant|tw|hk|mo)/i.test(tag) ? 'zh-hant' : tag.toLowerCase().split(/[-_]/)[0]);

/**
 * The best language of `have` for a list of wishes, the most wanted first. Han
 * script in any region is better served by zh-CN than by English.
 * @param {readonly (string|null|undefined)[]} wishes
 * @param {readonly string[]} [have]
 * @returns {string}
 */
export function choose(wishes, have = LANGUAGES) {
  for (const wish of wishes) {
    if (!wish) continue;
    const best = have.find((lang) => lang.toLowerCase() === wish.toLowerCase())
      ?? have.find((lang) => readerGroup(lang) === readerGroup(wish))
      ?? have.find((lang) => lang.split('-')[0] === wish.toLowerCase().split(/[-_]/)[0]);
    if (best) return best;
  }
  return have[0];
}

/**
 * A message with its parameters in place. `n` chooses the plural form; numbers
 * use the language's format. An unknown parameter stays visible.
 * @param {Message|undefined} message
 * @param {string} lang
 * @param {Record<string, string|number>} [params]
 */
export function format(message, lang, params = {}) {
  if (message === undefined) return '';
  let text = message;
  if (typeof text === 'object') {
    const form = new Intl.PluralRules(lang).select(Number(params.n ?? 0));
    text = text[form] ?? text.other ?? '';
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = params[name];
    return value === undefined ? whole : typeof value === 'number' ? value.toLocaleString(lang) : value;
  }).trim();
}

const COOKIE = 'danmaku_lang';

/** The language that the person chose before; "" if none. */
function saved() {
  return document.cookie.split('; ').find((c) => c.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? '';
}

/** One locale file. @param {string} name @param {number} limit ms */
const load = (name, limit) => limited(limit, async (signal) => {
  const answer = await fetch(new URL(`../locales/${name}.json`, import.meta.url), { signal });
  if (!answer.ok) throw new Error(`no words: ${answer.status}`);
  return answer.json();
});

/** The words of one page, loaded language by language. */
export class Words {
  #pages;
  #have;
  #lang = 'en';
  /** @type {Record<string, Message>|null} */ #messages = null;
  #asked = '';
  /** @type {Set<() => void>} */ #listeners = new Set();

  /** @param {string} page the first part of the locale files' names @param {readonly string[]} [have] its languages */
  constructor(page, have = LANGUAGES) {
    this.#pages = [page];
    this.#have = have;
  }

  /** Adds the words for a part of the page that loads on use. @param {string} page */
  async add(page) {
    this.#pages.push(page);
    await this.use(this.#lang);
  }

  get lang() { return this.#lang; }

  /**
   * Loads the language that the address, an earlier choice or the browser requests.
   * The server rendered the page in `document.documentElement.lang`; if that is
   * another language, this replaces the page's words. It returns when the words are
   * loaded: without them the page cannot say what happens.
   */
  async start() {
    const asked = new URLSearchParams(location.search).get('lang');
    const lang = choose([asked, saved(), ...navigator.languages], this.#have);
    // A request that hangs often gets through when it is begun again, but a slow line needs time.
    for (let wait = 500; ; wait = Math.min(wait * 2, 10_000)) {
      try {
        return await this.use(lang, Boolean(asked), wait * 16);
      } catch {
        await new Promise((again) => setTimeout(again, wait));
      }
    }
  }

  /**
   * @param {string} lang
   * @param {boolean} [remember] stores it for the next visit, in a cookie, so that the server renders it
   * @param {number} [limit] ms after which it fails
   */
  async use(lang, remember = false, limit = 60_000) {
    this.#asked = lang;
    const messages = Object.assign({}, ...await Promise.all(this.#pages.map((page) => load(`${page}.${lang}`, limit))));
    if (this.#asked !== lang) return; // another language was chosen meanwhile
    this.#messages = messages;
    this.#lang = lang;
    if (remember) document.cookie = `${COOKIE}=${lang}; path=/; max-age=31536000; SameSite=Lax`;
    this.render(document.documentElement);
    document.documentElement.lang = lang;
    for (const listener of this.#listeners) listener();
  }

  /** @param {() => void} listener called after every change of language */
  onChange(listener) { this.#listeners.add(listener); }

  /** @param {string} key */
  has = (key) => key in (this.#messages ?? {});

  /** The message for a key; empty before the words are loaded. @param {string} key @param {Record<string, string|number>} [params] */
  t = (key, params) => (this.#messages ? format(this.#messages[key], this.#lang, params) || key : '');

  /**
   * Puts the words into everything below root that has a key: data-t for the
   * text, data-t-label for the label and tooltip, data-t-title for the tooltip
   * alone, data-t-placeholder.
   * @param {ParentNode} root
   */
  render(root) {
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('[data-t],[data-t-label],[data-t-title],[data-t-placeholder]'))) {
      const { t, tLabel, tTitle, tPlaceholder } = node.dataset;
      if (t) node.textContent = this.t(t);
      if (tLabel) {
        node.setAttribute('aria-label', this.t(tLabel));
        if (node.matches('button,summary,a,label')) node.title = this.t(tLabel);
      }
      if (tTitle) node.title = this.t(tTitle);
      if (tPlaceholder) node.setAttribute('placeholder', this.t(tPlaceholder));
    }
  }
}
