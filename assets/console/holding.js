// Whether the feed is paused: a person points at it, has touched it, has the focus in it, or
// reads further up. A bar says so, and how many rows wait.

import { Hover } from '../shared/hover.js';
import { FeedTouch } from './feed-touch.js';

export class Holding {
  #parts; #words; #hover; #touch; #changed;
  #focused = false;
  /** the menu of a row is open */ #menu = false;
  /** the person scrolled up */ away = false;

  /**
   * @param {{list: HTMLElement, hold: HTMLElement, why: HTMLElement, fresh: HTMLButtonElement}} parts hold is the bar
   * @param {import('../shared/i18n.js').Words} words
   * @param {() => void} changed runs when the mouse or the focus enters or leaves
   */
  constructor(parts, words, changed) {
    const { list } = parts;
    this.#parts = parts;
    this.#words = words;
    this.#changed = changed;
    this.#hover = new Hover(list, changed);
    this.#touch = new FeedTouch(list, () => this.on, changed);
    list.addEventListener('menu', (event) => {
      this.#menu = /** @type {CustomEvent<boolean>} */ (event).detail;
      changed();
    });
    list.addEventListener('focusin', () => this.#focus(document.activeElement?.matches(':focus-visible') === true));
    list.addEventListener('focusout', (e) => {
      // A dialog returns the focus to its row, which must still be there: otherwise keys would
      // act on the current item of the queue, which is another person's.
      if (this.#focused && /** @type {Element|null} */ (e.relatedTarget)?.closest('dialog, [role="menu"]')) return;
      this.#focus(false);
    });
    document.addEventListener('close', () => {
      if (document.querySelector('dialog[open]')) return; // one dialog opened another
      this.#focus(this.#focused && list.contains(document.activeElement));
    }, true);
  }

  /** @returns {boolean} */
  get on() { return this.#hover.over || this.#focused || this.#menu || this.#touch.on || this.away; }

  /** Rows have moved. */
  rowsMoved() { this.#touch.rowsMoved(); }

  /** Draws the bar. @param {number} waiting rows that came in the meantime */
  draw(waiting) {
    const { list, hold, why, fresh } = this.#parts;
    const hide = !(this.on && (waiting > 0 || this.away || this.#touch.missed));
    if (hold.hidden !== hide) {
      hold.hidden = hide;
      if (!hide && !this.away) list.scrollTop = list.scrollHeight; // the bar reduces the list's height
    }
    if (hide) return;
    why.textContent = this.#words.t(this.#touch.missed ? 'hold_missed' : this.away ? 'hold_scroll' : this.#focused || this.#menu ? 'hold_focus' : this.#touch.on ? 'hold_touch' : 'hold_pointer');
    fresh.textContent = this.#words.t(waiting > 0 ? 'new' : 'to_newest', { n: waiting });
  }

  /** Resumes the list until the mouse moves or the focus returns. */
  end() {
    this.#focused = this.away = false;
    this.#hover.forget();
    this.#touch.end();
  }

  /** @param {boolean} focused */
  #focus(focused) {
    this.#focused = focused;
    this.#changed();
  }
}
