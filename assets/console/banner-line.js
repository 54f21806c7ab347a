// One line of the banner: icon, words and buttons.

import { el, icon, said } from '../shared/dom.js';
import { before } from './labels.js';

/** @typedef {import('./banner.js').BannerContent} BannerContent */

export class BannerLine {
  #box; #words; #undo;
  #text = el('span', { class: 'banner-words' });
  /** @type {BannerContent|null} what stands there */ #now = null;
  /** @type {Element[]} */ #parts = [];
  #shape = '';

  /**
   * @param {HTMLElement} box holds the line, and possibly others behind it
   * @param {import('../shared/i18n.js').Words} words
   * @param {(now: BannerContent|null) => void} undo
   */
  constructor(box, words, undo) {
    this.#box = box;
    this.#words = words;
    this.#undo = undo;
  }

  /** The present content. */
  get now() { return this.#now; }

  /** @param {BannerContent|null} now */
  draw(now) {
    this.#now = now;
    this.#build(now);
    if (!now) return;
    // A space, and not a margin of the quote: that would be on its other side in right-to-left
    // text.
    const text = now.quote ? before(now.text) : now.text;
    if (this.#text.textContent !== text + (now.quote ?? '')) this.#text.replaceChildren(text, now.quote ? said(now.quote) : '');
  }

  /** Keeps the buttons if only the words change: somebody may be about to press one. @param {BannerContent|null} now */
  #build(now) {
    const shape = now ? JSON.stringify([now.tone, now.glyph, Boolean(now.undo), now.act, now.answers?.map((a) => a.word), Boolean(now.wave), this.#words.lang]) : '';
    if (shape === this.#shape) return;
    this.#shape = shape;
    const focused = this.#parts.some((part) => part.contains(document.activeElement));
    for (const part of this.#parts) part.remove();
    this.#text.replaceChildren();
    this.#box.hidden = !now;
    this.#box.className = `banner ${now?.tone ?? 'calm'}`;
    this.#parts = now ? [icon(now.glyph ?? 'check'), this.#text, ...this.#buttons(now)] : [];
    this.#box.prepend(...this.#parts);
    // The button that was pressed may have disappeared with its act.
    if (focused) this.#focus();
  }

  #focus() {
    const inActs = (/** @type {string} */ selector) => /** @type {HTMLElement|null} */ (this.#box.querySelector(`:scope > .banner-acts > ${selector}`));
    (inActs('[data-undo]') ?? inActs('button'))?.focus();
  }

  /** @param {BannerContent} now */
  #buttons(now) {
    const { t } = this.#words;
    const button = (/** @type {string} */ glyph, /** @type {string} */ word, /** @type {() => void} */ act, more = {}) => el('button', { type: 'button', class: 'button line', onclick: act, ...more }, icon(glyph), el('span', {}, word));
    const buttons = (now.answers ?? []).map((a, i) => button(a.glyph, a.word, () => void this.#now?.answers?.[i]?.act(), { 'data-answer': a.name }));
    if (now.undo) buttons.push(button('undo', t(now.act ?? 'undo'), () => this.#undo(this.#now), { 'data-undo': true }));
    const acts = buttons.length > 0 ? [el('span', { class: 'banner-acts' }, ...buttons)] : [];
    if (now.wave) acts.push(el('button', { type: 'button', class: 'icon-button wave', 'aria-label': t('wave'), title: t('wave'), onclick: () => void this.#now?.wave?.() }, icon('x')));
    return acts;
  }
}
