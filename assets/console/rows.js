// The rows of the feed that are in the page: a window on a list most of which is not. It
// creates rows, orders them, and measures each once, because reading a height makes the
// browser lay out the page.

import { el } from '../shared/dom.js';

/** @typedef {import('./model.js').Entry} Entry */

export class Rows {
  #list; #draw; #virtual;
  #above = el('li', { class: 'space', 'aria-hidden': 'true' });
  #below = el('li', { class: 'space', 'aria-hidden': 'true' });
  /** @type {Map<string, HTMLElement>} */ #rows = new Map();
  /** @type {Set<string>} ids of rows whose height is not known */ #unmeasured = new Set();
  /** @type {HTMLElement|undefined} the one that Tab leads to */ #entrance;

  /**
   * @param {HTMLElement} list
   * @param {import('./virtual-list.js').VirtualList} virtual
   * @param {(row: HTMLElement, entry: Entry) => void} draw
   */
  constructor(list, virtual, draw) {
    this.#list = list;
    this.#virtual = virtual;
    this.#draw = draw;
    list.append(this.#above, this.#below);
  }

  /** @param {string} id */
  get(id) { return this.#rows.get(id); }

  /** Removes all rows from the page. */
  clear() {
    for (const row of this.#rows.values()) row.remove();
    this.#rows.clear();
    this.#unmeasured.clear();
  }

  /** Every height may have changed. */
  forget() { for (const id of this.#rows.keys()) this.#unmeasured.add(id); }

  /** @param {Entry} entry that has changed */
  redraw(entry) {
    const row = this.#rows.get(entry.id);
    if (!row) return;
    const focused = row.contains(document.activeElement);
    this.#draw(row, entry);
    this.#unmeasured.add(entry.id);
    // The button that had the focus may have disappeared with its act.
    if (focused && !row.contains(document.activeElement)) row.focus();
  }

  /**
   * Puts the rows of a window into the page and removes the others.
   * @param {readonly Entry[]} items @param {number} from @param {number} to @param {string} cursor the row to enter by
   */
  place(items, from, to, cursor) {
    /** @type {Map<string, HTMLElement>} */ const kept = new Map();
    /** @type {HTMLElement|undefined} */ let last;
    for (let i = from; i < to; i++) {
      const entry = items[i];
      let row = this.#rows.get(entry.id);
      if (!row) {
        row = el('li', { tabindex: '-1' });
        this.#draw(row, entry);
        this.#unmeasured.add(entry.id);
      }
      say(row, 'aria-posinset', i + 1);
      say(row, 'aria-setsize', items.length);
      this.#rows.delete(entry.id);
      kept.set(entry.id, row);
      last = row;
    }
    for (const [id, row] of this.#rows) {
      if (row.contains(document.activeElement)) this.#list.focus({ preventScroll: true });
      this.#unmeasured.delete(id);
      row.remove();
    }
    this.#rows = kept;
    /** @type {Element} */ let before = this.#above;
    for (const row of kept.values()) {
      if (before.nextElementSibling !== row) before.after(row);
      before = row;
    }
    stretch(this.#above, this.#virtual.top(from));
    stretch(this.#below, this.#virtual.total - this.#virtual.top(to));
    this.#enterBy(kept.get(cursor) ?? last);
  }

  /** @param {HTMLElement|undefined} row */
  #enterBy(row) {
    if (this.#entrance === row) return;
    if (this.#entrance) this.#entrance.tabIndex = -1;
    if (row) row.tabIndex = 0;
    this.#entrance = row;
  }

  /** @param {readonly Entry[]} items @param {number} from @param {number} to @returns {boolean} whether a height differed from the estimate */
  measure(items, from, to) {
    if (this.#unmeasured.size === 0) return false;
    let news = false;
    for (let i = from; i < to; i++) {
      const { id } = items[i];
      if (!this.#unmeasured.has(id)) continue;
      const height = this.#rows.get(id)?.getBoundingClientRect().height;
      if (!height) continue; // the list is not visible
      this.#unmeasured.delete(id);
      if (this.#virtual.measured(i, id, height)) news = true;
    }
    return news;
  }
}

/** @param {HTMLElement} row @param {string} name @param {number} value */
function say(row, name, value) {
  if (row.getAttribute(name) !== String(value)) row.setAttribute(name, String(value));
}

/** @param {HTMLElement} space @param {number} height px */
function stretch(space, height) {
  const px = `${height}px`;
  if (space.style.height !== px) space.style.height = px;
}
