// The banner under the header: lasting states (offline, paused, locked down, a raid), or for a
// moment the last act, with its undo. While a raid waits for an answer, the last act is in a
// second line, so that the raid's buttons keep their place and the undo is in reach.

import { el } from '../shared/dom.js';
import { BannerLine } from './banner-line.js';

/** ms for which an act is shown */
const NOTICE_SHOWN = 8_000;

/**
 * @typedef {object} Lasting a lasting state, as a notice
 * @property {boolean} [first] it replaces the last act
 * @property {boolean} [firm] it stays, and the last act is below it
 * @property {string} [act] key of the word on the button that ends it; otherwise "undo"
 * @property {string} [quote] a person's words, after the text
 * @property {{name: string, glyph: string, word: string, act: () => unknown}[]} [answers]
 * @property {() => unknown} [wave] dismisses it
 * @typedef {import('./store.js').Notice & Lasting} BannerContent
 */

/**
 * The contents of the banner's first and second line.
 * @param {BannerContent|null} lasting the lasting state
 * @param {BannerContent|null} notice the last act
 * @returns {[BannerContent|null, BannerContent|null]}
 */
export function bannerLines(lasting, notice) {
  if (lasting?.first) return [lasting, null];
  if (lasting?.firm) return [lasting, notice];
  return [notice ?? lasting, null];
}

export class Banner {
  #box; #bannerState; #main; #second;
  /** @type {import('./store.js').Notice|null} */ #notice = null;
  /** @type {any} */ #timer = null;
  #locked = false;

  /**
   * @param {HTMLElement} box
   * @param {import('./store.js').Store} store
   * @param {() => BannerContent|null} bannerState
   */
  constructor(box, store, bannerState) {
    const below = el('div', { class: 'banner', hidden: true });
    const undo = (/** @type {BannerContent|null} */ now) => this.#undo(now);
    this.#box = box;
    this.#bannerState = bannerState;
    this.#main = new BannerLine(box, store.words, undo);
    this.#second = new BannerLine(below, store.words, undo);
    box.append(below);
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
    // A button that a moderator may be about to press stays.
    if (this.#box.matches(':hover, :focus-within')) {
      this.#timer = setTimeout(() => this.#end(notice), NOTICE_SHOWN / 4);
      return;
    }
    this.#notice = null;
    this.draw();
  }

  draw() {
    const bannerState = this.#bannerState();
    // A lock-down with its undo is shown before earlier acts.
    const locked = bannerState?.act === 'unlock';
    if (locked && !this.#locked && this.#notice?.tone !== 'stop') this.#notice = null;
    this.#locked = locked;
    const [first, second] = bannerLines(bannerState, this.#notice);
    this.#main.draw(first);
    this.#second.draw(second);
  }

  /** @param {BannerContent|null} now */
  #undo(now) {
    if (!now?.undo) return;
    if (this.#notice === now) this.#notice = null;
    void now.undo().then(() => this.draw());
    this.draw();
  }

  /** Undoes the last act, or otherwise the banner's state. @returns {boolean} whether there was one */
  undo() {
    const now = this.#notice?.undo ? this.#notice : this.#main.now;
    this.#undo(now);
    return Boolean(now?.undo);
  }
}
