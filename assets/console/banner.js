// The one banner under the header: what lasts (offline, paused, locked down),
// or for a moment what was just done, with its undo.

import { el, icon } from '../shared/dom.js';

/** ms for which an act is told */
const TOLD = 8_000;

export class Banner {
  #box; #desk; #lasting;
  /** @type {import('./desk.js').Notice|null} */ #notice = null;
  /** @type {any} */ #timer = null;

  /**
   * @param {HTMLElement} box
   * @param {import('./desk.js').Desk} desk
   * @param {() => (import('./desk.js').Notice & {first?: boolean, act?: string})|null} lasting what holds now; `first` stands before what was just done
   */
  constructor(box, desk, lasting) {
    this.#box = box;
    this.#desk = desk;
    this.#lasting = lasting;
    desk.on('notice', (notice) => this.#tell(notice));
  }

  /** @param {import('./desk.js').Notice} notice */
  #tell(notice) {
    clearTimeout(this.#timer);
    this.#notice = notice;
    this.#timer = setTimeout(() => this.#end(notice), TOLD);
    this.draw();
  }

  /** @param {import('./desk.js').Notice} notice */
  #end(notice) {
    if (this.#notice !== notice) return;
    // Nobody is robbed of a button that he is about to press.
    if (this.#box.matches(':hover, :focus-within')) {
      this.#timer = setTimeout(() => this.#end(notice), TOLD / 4);
      return;
    }
    this.#notice = null;
    this.draw();
  }

  draw() {
    const lasting = this.#lasting();
    const now = lasting?.first ? lasting : this.#notice ?? lasting;
    const key = now ? `${now.tone}${now.text}${Boolean(now.undo)}${this.#desk.words.lang}` : '';
    if (this.#box.dataset.said === key) return;
    this.#box.dataset.said = key;
    this.#box.hidden = !now;
    this.#box.className = `banner ${now?.tone ?? 'calm'}`;
    this.#box.replaceChildren();
    if (!now) return;
    this.#box.append(icon(now.glyph ?? 'check'), el('span', { class: 'banner-words' }, now.text));
    const { undo } = now;
    if (!undo) return;
    this.#box.append(el('button', { type: 'button', class: 'button line', onclick: () => { this.#take(now, undo); } },
      icon('undo'), this.#desk.words.t(/** @type {any} */ (now).act ?? 'undo')));
  }

  /** @param {import('./desk.js').Notice} notice @param {() => Promise<unknown>} undo */
  #take(notice, undo) {
    if (this.#notice === notice) this.#notice = null;
    void undo().then(() => this.draw());
    this.draw();
  }

  /** Undoes what the banner tells, by key. @returns {boolean} whether there was something */
  undo() {
    const button = this.#box.querySelector('button');
    button?.click();
    return Boolean(button);
  }
}
