// The pinned comment: it stays at the top until it is unpinned, taken down or cleared. The
// lanes it covers are shut, so nothing flies through it.

import { sound } from './item.js';
import { makeView, writeView } from './view.js';

/** @typedef {import('../shared/protocol.js').Comment} Comment */

/** It has at most this many lines, and at most a third of the lanes. */
const LINES = 4;

/** With this many lanes or more it has space above it. */
const ROOMY = 8;

export class Pin {
  #root; #style; #changed;
  #emoji = true;
  /** @type {Comment|null} as it came */ #comment = null;
  #view = makeView('dm-pin');

  /**
   * @param {HTMLElement} root the stage's element
   * @param {{style: () => import('./view.js').Style, changed: () => void}} to changed is
   * called when it appears, disappears or changes size
   */
  constructor(root, { style, changed }) {
    this.#root = root;
    this.#style = style;
    this.#changed = changed;
    new ResizeObserver(changed).observe(this.#view.slot);
  }

  get id() {
    return this.#comment?.id ?? '';
  }

  /** @param {Comment|null} comment null: nothing is pinned */
  set(comment) {
    if (!comment && !this.#comment) return;
    this.#comment = comment;
    this.#draw();
    this.#changed();
  }

  /** Removes it if it was taken down. @param {{ids?: string[], user?: string}} what */
  remove({ ids = [], user = '' }) {
    const c = this.#comment;
    if (c && (ids.includes(c.id) || (user && user === c.user))) this.set(null);
  }

  /** Redraws it after a change of options. @param {boolean} emoji whether they are shown */
  redraw(emoji) {
    this.#emoji = emoji;
    this.#draw();
  }

  /** Positions it; returns the area that it then covers, as measured by the browser, in px of
   * the stage. A streamer's CSS may have moved it. @param {{top: number, pitch: number, rows:
   * number}} box
   * @returns {{top: number, bottom: number}|null} */
  place({ top, pitch, rows }) {
    const { slot, dm } = this.#view;
    if (!slot.isConnected) return null;
    slot.style.setProperty('--dm-pin-top', `${top + (rows >= ROOMY ? Math.round(pitch / 2) : 0)}px`);
    slot.style.setProperty('--dm-pin-lines', String(Math.max(1, Math.min(LINES, Math.floor(rows / 3)))));
    const at = dm.getBoundingClientRect();
    const from = this.#root.getBoundingClientRect().top;
    return at.height > 0 ? { top: at.top - from, bottom: at.bottom - from } : null;
  }

  #draw() {
    const c = this.#comment && sound(this.#comment, this.#emoji);
    if (!c) {
      this.#view.slot.remove();
      this.#view.text.textContent = ''; // no text of a removed comment stays in the page
      return;
    }
    // Standing text is not enlarged: it always has medium size.
    writeView(this.#view, { ...c, mode: 'top', size: 'medium' }, 1, { ...this.#style(), names: true }); // a quotation always has its author's name
    if (!this.#view.slot.isConnected) this.#root.append(this.#view.slot);
  }
}
