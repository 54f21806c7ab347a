// The banner under the header: what lasts (offline, paused, locked down, a raid),
// or for a moment what was just done, with its undo. While a raid waits for an
// answer, what was just done stands in a second line: the raid's buttons stay
// where they are, and the undo is in reach.

import { el } from '../shared/dom.js';
import { BannerLine } from './banner-line.js';

/** ms for which an act is shown */
const NOTICE_SHOWN = 8_000;

/**
 * @typedef {object} Lasting what holds now, as a notice
 * @property {boolean} [first] it stands instead of what was just done
 * @property {boolean} [firm] it stays, and what was just done stands below it
 * @property {string} [act] key of the word on the button that ends it; else "undo"
 * @property {string} [quote] what somebody wrote, behind the text
 * @property {{name: string, glyph: string, word: string, act: () => unknown}[]} [answers]
 * @property {() => unknown} [wave] takes it away
 * @typedef {import('./store.js').Notice & Lasting} Told
 */

/**
 * Which of the two stands in the banner's first line, and which in its second.
 * @param {Told|null} lasting what holds now
 * @param {Told|null} notice what was just done
 * @returns {[Told|null, Told|null]}
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
   * @param {() => Told|null} bannerState
   */
  constructor(box, store, bannerState) {
    const below = el('div', { class: 'banner', hidden: true });
    const undo = (/** @type {Told|null} */ now) => this.#undo(now);
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
    const [first, second] = bannerLines(bannerState, this.#notice);
    this.#main.draw(first);
    this.#second.draw(second);
  }

  /** @param {Told|null} now */
  #undo(now) {
    if (!now?.undo) return;
    if (this.#notice === now) this.#notice = null;
    void now.undo().then(() => this.draw());
    this.draw();
  }

  /** Undoes what was done last, or else what the banner tells. @returns {boolean} whether there was something */
  undo() {
    const now = this.#notice?.undo ? this.#notice : this.#main.now;
    this.#undo(now);
    return Boolean(now?.undo);
  }
}
