// The one banner under the header: what lasts (offline, paused, locked down, a
// raid), or for a moment what was just done, with its undo.

import { el, icon, said } from '../shared/dom.js';

/** ms for which an act is shown */
const NOTICE_SHOWN = 8_000;

/**
 * @typedef {object} Lasting what holds now, as a notice
 * @property {boolean} [first] it stands before what was just done
 * @property {boolean} [firm] it stands before what was just done, but for faults
 * @property {string} [act] key of the word on the button that ends it; else "undo"
 * @property {string} [quote] what somebody wrote, behind the text
 * @property {{name: string, glyph: string, word: string, act: () => unknown}[]} [answers]
 * @property {() => unknown} [wave] takes it away
 * @typedef {import('./store.js').Notice & Lasting} Told
 */

export class Banner {
  #box; #store; #bannerState;
  #words = el('span', { class: 'banner-words' });
  /** @type {import('./store.js').Notice|null} */ #notice = null;
  /** @type {any} */ #timer = null;
  /** @type {Told|null} what stands there */ #now = null;
  #shape = '';
  #locked = false;

  /**
   * @param {HTMLElement} box
   * @param {import('./store.js').Store} store
   * @param {() => Told|null} bannerState
   */
  constructor(box, store, bannerState) {
    this.#box = box;
    this.#store = store;
    this.#bannerState = bannerState;
    store.on('notice', (notice) => this.#showNotice(notice));
  }

  /** @param {import('./store.js').Notice} notice */
  #showNotice(notice) {
    clearTimeout(this.#timer);
    this.#notice = notice;
    this.#timer = setTimeout(() => this.#end(notice), NOTICE_SHOWN);
    this.draw();
  }

  /** @param {import('./store.js').Notice} notice */
  #end(notice) {
    if (this.#notice !== notice) return;
    // A button stays that a moderator may be about to press.
    if (this.#box.matches(':hover, :focus-within')) {
      this.#timer = setTimeout(() => this.#end(notice), NOTICE_SHOWN / 4);
      return;
    }
    this.#notice = null;
    this.draw();
  }

  draw() {
    const bannerState = this.#bannerState();
    // A lock-down and its way back are shown before earlier acts.
    const locked = bannerState?.act === 'unlock';
    if (locked && !this.#locked && this.#notice?.tone !== 'stop') this.#notice = null;
    this.#locked = locked;
    const notice = this.#notice;
    const firm = bannerState?.first || (bannerState?.firm && notice?.tone !== 'stop');
    /** @type {Told|null} */ const now = firm ? bannerState : notice ?? bannerState;
    this.#now = now;
    this.#build(now);
    if (!now) return;
    // A space, and not a margin of the quote: that would stand on its other side where it runs from the right.
    const text = now.quote ? `${now.text} ` : now.text;
    if (this.#words.textContent !== text + (now.quote ?? '')) this.#words.replaceChildren(text, now.quote ? said(now.quote) : '');
  }

  /** The buttons stay what they are while only the words change: one may be about to be pressed. @param {Told|null} now */
  #build(now) {
    const shape = now ? JSON.stringify([now.tone, now.glyph, Boolean(now.undo), now.act, now.answers?.map((a) => a.word), Boolean(now.wave), this.#store.words.lang]) : '';
    if (shape === this.#shape) return;
    this.#shape = shape;
    const box = this.#box;
    const { t } = this.#store.words;
    const focused = box.contains(document.activeElement);
    box.hidden = !now;
    box.className = `banner ${now?.tone ?? 'calm'}`;
    this.#words.replaceChildren();
    if (!now) return box.replaceChildren();
    const button = (/** @type {string} */ glyph, /** @type {string} */ word, /** @type {() => void} */ act, more = {}) => el('button', { type: 'button', class: 'button line', onclick: act, ...more }, icon(glyph), el('span', {}, word));
    const buttons = [
      ...(now.answers ?? []).map((a, i) => button(a.glyph, a.word, () => void this.#now?.answers?.[i]?.act(), { 'data-answer': a.name })),
      now.undo && button('undo', t(now.act ?? 'undo'), () => this.#undo(this.#now), { 'data-undo': true }),
    ].filter((b) => b instanceof HTMLElement);
    box.replaceChildren(icon(now.glyph ?? 'check'), this.#words);
    if (buttons.length > 0) box.append(el('span', { class: 'banner-acts' }, ...buttons));
    if (now.wave) box.append(el('button', { type: 'button', class: 'icon-button wave', 'aria-label': t('wave'), title: t('wave'), onclick: () => void this.#now?.wave?.() }, icon('x')));
    // The button that was pressed may be gone with what it did.
    if (focused) (/** @type {HTMLElement|null} */ (box.querySelector('[data-undo]')) ?? buttons[0])?.focus();
  }

  /** @param {Told|null} now */
  #undo(now) {
    if (!now?.undo) return;
    if (this.#notice === now) this.#notice = null;
    void now.undo().then(() => this.draw());
    this.draw();
  }

  /** Undoes what was done last, also while a raid is told over it, or else what the banner tells. @returns {boolean} whether there was something */
  undo() {
    const now = this.#notice?.undo ? this.#notice : this.#now;
    this.#undo(now);
    return Boolean(now?.undo);
  }
}
