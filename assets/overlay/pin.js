// The pinned comment: it stands at the top until it is unpinned, taken down or
// cleared. The lanes it covers are shut, so nothing flies through it.

import { sound } from './item.js';
import { makeView, writeView } from './view.js';

/** @typedef {import('../shared/protocol.js').Comment} Comment */

/** It has at most this many lines, and at most a third of the lanes. */
const LINES = 4;

/** From this many lanes on it has air above it. */
const ROOMY = 8;

export class Pin {
  #root; #style; #changed;
  #emoji = true;
  /** @type {Comment|null} as it came */ #comment = null;
  #view = makeView('dm-pin');

  /**
   * @param {HTMLElement} root the stage's element
   * @param {{style: () => import('./view.js').Style, changed: () => void}} to changed is told when it
   *   comes, goes or has another size
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

  /** Goes when it is among what is taken down. @param {{ids?: string[], user?: string}} what */
  remove({ ids = [], user = '' }) {
    const c = this.#comment;
    if (c && (ids.includes(c.id) || (user && user === c.user))) this.set(null);
  }

  /** Writes it anew after a change of options. @param {boolean} emoji whether they are shown */
  redraw(emoji) {
    this.#emoji = emoji;
    this.#draw();
  }

  /** Puts it at its place; returns what it then covers, as the browser measures it, in px of the
   * stage. A streamer's CSS may have moved it. @param {{top: number, pitch: number, rows: number}} box
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
      this.#view.text.textContent = ''; // nothing of a removed comment stays in the page
      return;
    }
    // Standing text needs no shouting: it is always of medium size.
    writeView(this.#view, { ...c, mode: 'top', size: 'medium' }, 1, { ...this.#style(), names: true }); // a quotation bears its author's name
    if (!this.#view.slot.isConnected) this.#root.append(this.#view.slot);
  }
}
