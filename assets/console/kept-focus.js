// The focus of review. Every new comment draws review anew, so the focus must find its own
// button again: on another row, the next Enter would decide about the wrong comment.

import { MOVE_GRACE } from './queue.js';

/** The acts that change something. */
const DECIDING = ['approve', 'refuse', 'ban', 'approve_one', 'refuse_one', 'feature'];

export class KeptFocus {
  #parts; #queue;
  #own = ''; // the row of which this moderator pressed a button last
  #lost = -Infinity; // when the focus left a row that another moderator decided

  /**
   * @param {{list: HTMLElement, decided: HTMLElement, bulk: HTMLElement, next: HTMLElement, empty: HTMLElement}} parts
   * @param {import('./queue.js').Queue} queue
   */
  constructor(parts, queue) {
    this.#parts = parts;
    this.#queue = queue;
  }

  /** Remembers the focused button before review is drawn anew. @returns {() => void} puts the focus back */
  keep() {
    const focused = /** @type {HTMLElement|null} */ (document.activeElement);
    const box = [this.#parts.list, this.#parts.decided, this.#parts.bulk].find((one) => one !== focused && one.contains(focused));
    if (!focused || !box) return () => {};
    const { act = '' } = focused.dataset;
    const id = idOf(focused, box);
    return () => {
      const same = box.hidden ? undefined : /** @type {HTMLElement[]} */ ([...box.querySelectorAll('[data-act]')]).find((button) => button.dataset.act === act && idOf(button, box) === id);
      if (same) return same.focus(); // and scrolls back to it
      if (box === this.#parts.list && id !== this.#own && !this.#queue.get(id)) this.#lost = performance.now();
      this.#current(act);
    };
  }

  /** Its button is gone: the focus goes to the current row, or to the words that nothing waits. @param {string} act */
  #current(act) {
    const row = this.#parts.list.querySelector('.current');
    const next = row?.querySelector(`[data-act="${act}"]`) ?? row?.querySelector('[data-act="approve"]');
    /** @type {HTMLElement} */ (next ?? this.#parts.empty).focus({ preventScroll: Boolean(next) });
  }

  /**
   * Whether a press was meant for a row that has just gone; otherwise its row is remembered.
   * @param {MouseEvent} event @param {HTMLElement} button @param {string} id
   */
  late(event, button, id) {
    // 0: Enter or the space bar
    if (event.detail === 0 && DECIDING.includes(button.dataset.act ?? '') && (performance.now() - this.#lost < MOVE_GRACE || this.#parts.next.contains(button) && this.#queue.justMoved)) return true;
    this.#own = id;
    return false;
  }
}

/** @param {HTMLElement} button @param {HTMLElement} box */
function idOf(button, box) {
  const row = /** @type {HTMLElement|null} */ (button.closest('[data-id]'));
  return row && box.contains(row) ? row.dataset.id ?? '' : '';
}
