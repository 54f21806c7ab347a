// The part of the feed that is in the page: a window on ten thousand rows, and the scroll
// position.

import { Rows } from './rows.js';
import { VirtualList } from './virtual-list.js';

/** px from the end within which the list counts as being there. */
const NEAR = 40;

/** Rows drawn outside the visible part, on either side. */
const SPARE = 12;

/** px of a row of one line */
const LINE = { wide: 36, dock: 53 };

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {{entry: Entry, i: number, by: number}} Anchor a row, its index, and how far (px) the list is scrolled past its top */

export class FeedWindow {
  #list;
  #virtual = new VirtualList(LINE.wide);
  /** @type {readonly Entry[]} */ #items = [];
  /** whether the virtual list knows the items */ #laidOut = false;
  #width = 0;
  #height = 0;
  rows;

  /** @param {HTMLElement} list @param {(row: HTMLElement, entry: Entry) => void} draw */
  constructor(list, draw) {
    this.#list = list;
    this.rows = new Rows(list, this.#virtual, draw);
  }

  /** Shows these items from the next render on. @param {readonly Entry[]} items */
  set items(items) {
    this.#items = items;
    this.#laidOut = false;
  }

  /** Rows that a page up or down passes. */
  get page() { return Math.max(1, Math.floor(this.#list.clientHeight / LINE.wide) - 1); }

  /** Whether the height of the list has changed since its last render. */
  get resized() { return this.#list.clientHeight !== this.#height; }

  get atEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    return scrollHeight - scrollTop - clientHeight <= NEAR;
  }

  /** The row at the upper edge, to keep it there. @returns {Anchor|null} */
  anchor() {
    const y = this.#list.scrollTop;
    const i = this.#virtual.at(y);
    const entry = this.#items[i];
    return entry ? { entry, i, by: y - this.#virtual.top(i) } : null;
  }

  /**
   * Renders the rows into the page.
   * @param {Anchor|null} anchor stays where it is; null: the list is at its end, or scrolled up
   * @param {boolean} away the person scrolled up @param {string} cursor id of the row to enter by
   */
  render(anchor, away, cursor) {
    const { clientHeight: height, clientWidth: width } = this.#list;
    const y0 = this.#list.scrollTop;
    this.#height = height;
    if (width !== this.#width) {
      this.#width = width;
      this.#virtual.forget(width < 600 ? LINE.dock : LINE.wide);
      this.rows.forget();
      this.#laidOut = false;
    }
    if (!this.#laidOut) this.#virtual.layOut(this.#items);
    this.#laidOut = true;
    const at = !anchor || this.#items[anchor.i] === anchor.entry ? anchor?.i ?? -1 : this.#items.indexOf(anchor.entry);
    const goal = () => (anchor && at >= 0 ? this.#virtual.top(at) + anchor.by : away ? y0 : this.#virtual.total - height);
    for (let again = 0; again < 4; again++) {
      const [from, to] = this.#virtual.window(Math.min(goal(), this.#virtual.total - height), height, SPARE);
      this.rows.place(this.#items, from, to, cursor);
      if (!this.rows.measure(this.#items, from, to)) break;
    }
    if (anchor && at >= 0) {
      const y = goal();
      if (Math.abs(y - y0) >= 1) this.#list.scrollTop = y;
    } else if (!away) this.#list.scrollTop = this.#list.scrollHeight;
  }

  /** Scrolls a row into view that may not be in the page yet. @param {number} i */
  reveal(i) {
    const { clientHeight: height, scrollTop } = this.#list;
    const [top, bottom] = [this.#virtual.top(i), this.#virtual.top(i + 1)];
    if (top < scrollTop) this.#list.scrollTop = top;
    else if (bottom > scrollTop + height) this.#list.scrollTop = bottom - height;
  }
}
