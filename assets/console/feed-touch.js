// A finger on a list that runs. It stops the list; what it taps counts only where the
// rows have stood for a moment, since else another row has slid under it.

import { MOVE_GRACE } from './queue.js';

/** ms for which the list holds still after the last touch. */
const STILL = 10_000;

export class FeedTouch {
  /** the list holds still for it */ on = false;
  /** the last tap was too soon after the rows moved, and did nothing */ missed = false;
  #moved = -Infinity;
  #swallow = false;
  #changed;
  /** @type {any} */ #timer = null;

  /**
   * @param {HTMLElement} list @param {() => boolean} still whether the list holds still anyway
   * @param {() => void} changed
   */
  constructor(list, still, changed) {
    this.#changed = changed;
    list.addEventListener('pointerdown', (event) => {
      if (event.pointerType === 'mouse') return; // a mouse holds the list before it presses
      this.#swallow = this.missed = !still() && performance.now() - this.#moved < MOVE_GRACE;
      this.#hold(true);
    });
    list.addEventListener('pointercancel', () => { this.#swallow = false; });
    list.addEventListener('click', (event) => {
      if (!this.#swallow) return;
      this.#swallow = false;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);
  }

  /** Rows have moved. */
  rowsMoved() { this.#moved = performance.now(); }

  /** Lets the list go on. */
  end() { this.#hold(false); }

  /** @param {boolean} on */
  #hold(on) {
    clearTimeout(this.#timer);
    this.on = on;
    if (on) this.#timer = setTimeout(() => this.end(), STILL);
    else this.missed = false;
    this.#changed();
  }
}
