// Touch on a running list. It pauses the list; a tap counts only if the rows have not moved
// for a moment, because otherwise another row has slid under the finger.

import { MOVE_GRACE } from './queue.js';

/** ms for which the list pauses after the last touch. */
const STILL = 10_000;

export class FeedTouch {
  /** the list holds still for it */ on = false;
  /** the last tap was too soon after the rows moved, and did nothing */ missed = false;
  #moved = -Infinity;
  #swallow = false;
  #changed;
  /** @type {any} */ #timer = null;

  /**
   * @param {HTMLElement} list @param {() => boolean} still whether the list is paused anyway
   * @param {() => void} changed
   */
  constructor(list, still, changed) {
    this.#changed = changed;
    list.addEventListener('pointerdown', (event) => {
      if (event.pointerType === 'mouse') return; // a mouse pauses the list before it presses
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

  /** Resumes the list. */
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
