// The console's feed: rows appear at the end, and the list pauses while a person uses it
// (holding.js). feed-window.js renders the rows into the page.

import { FeedItems } from './feed-items.js';
import { feedKey } from './feed-keys.js';
import { FeedWindow } from './feed-window.js';
import { Holding } from './holding.js';
import { drawRow } from './row.js';
import { isPlatform } from './source.js';

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('./model.js').Filter} Filter */

/**
 * @typedef {object} Acts the actions of rows and of the list
 * @property {(act: string, id: string, ids: string[]) => void} row takedown, mute, person, pin, feature, ban; ids are all comments of the row
 * @property {(n: number) => void} found how many rows a search has
 * @property {(filtered: boolean, box: HTMLElement) => void} empty shows that it is empty, and what to do
 * @property {() => void} older the list was scrolled to its beginning
 * @property {(entry: Entry) => {left: number, of: number}} waiting ms left in the broadcast delay, and its whole length
 */

export class FeedView {
  #list; #parts; #model; #words; #act;
  items;
  /** @type {Set<Entry>} */ #changed = new Set();
  #window; #holding;
  #mustFill = true;
  #frame = 0;
  /** the list is not shown, and its height says nothing */ #invisible = false;
  #cursor = '';

  /**
   * @param {{list: HTMLElement, hold: HTMLElement, why: HTMLElement, fresh: HTMLButtonElement, empty: HTMLElement}} parts
   * @param {import('./model.js').FeedModel} model
   * @param {import('../shared/i18n.js').Words} words
   * @param {Acts} act
   */
  constructor(parts, model, words, act) {
    this.#list = parts.list;
    this.#parts = parts;
    this.#model = model;
    this.items = new FeedItems(model);
    this.#words = words;
    this.#act = act;
    const { list } = parts;
    this.#window = new FeedWindow(list, (row, entry) => { if (isPlatform(entry.source)) list.classList.add('sourced'); drawRow(row, entry, words, act.waiting(entry), this.items.search(entry)); });
    this.#holding = new Holding(parts, words, () => this.#schedule());
    list.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    list.addEventListener('click', (e) => this.#clicked(e));
    list.addEventListener('keydown', (e) => this.#keyed(e));
    parts.fresh.addEventListener('click', () => this.toNewest());
    new ResizeObserver(() => this.#resized()).observe(list);
  }

  /**
   * Adds or updates an entry that the model reports. A listed entry stays, even if an approval
   * makes it the newest: a person who paused the list approved it there.
   * @param {{entry: Entry, fresh: boolean, last: boolean, moved: boolean}} news
   */
  put({ entry, fresh, last, moved }) {
    if (last && (fresh || (moved && !this.items.listed(entry)))) this.items.waiting.add(entry);
    if (moved || (fresh && !last)) this.#mustFill = true;
    if (!fresh) this.#changed.add(entry);
    this.#schedule();
  }

  /** @param {readonly Entry[]} entries */
  changed(entries) {
    for (const entry of entries) this.#changed.add(entry);
    this.#schedule();
  }

  /** Redraws every row, in the order of the model: an approved comment may have moved. */
  redraw() {
    this.#mustFill = true;
    this.#window.rows.clear();
    this.#schedule();
  }

  /** The order or number of entries has changed; rows stay. */
  refill() {
    this.#mustFill = true;
    this.#schedule();
  }

  /** @param {Filter} filter */
  filter(filter) {
    this.items.filter = { ...filter, query: filter.query.trim() };
    this.#holding.away = false;
    this.redraw();
  }

  highlight(/** @type {readonly string[]} that are marked */ words) { this.items.words = words; this.redraw(); }

  toNewest() {
    this.#holding.end();
    this.#schedule();
  }

  /** Moves the focus to the last row of the list. */
  enter() { this.#focus(this.items.list.length - 1); }

  /** Draws once for each frame of the screen, however many events come. */
  #schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#flush();
    });
  }

  #flush() {
    const anchor = this.#holding.on ? this.#window.anchor() : null;
    for (const entry of this.#changed) {
      const listed = this.#window.rows.get(entry.id) !== undefined;
      if (listed !== this.items.fits(entry) || this.items.movedOut(entry)) this.#mustFill = true;
      this.#window.rows.redraw(entry);
    }
    this.#changed.clear();
    if (this.#mustFill) {
      // A paused list keeps new rows out, whatever else changes.
      this.items.fill(this.#holding.on);
      this.#mustFill = false;
      this.#window.items = this.items.list;
    }
    if (!this.#holding.on && this.items.waiting.size > 0) {
      this.items.add();
      this.#holding.rowsMoved();
      this.#window.items = this.items.list;
    }
    for (const row of this.items.stale) this.#window.rows.redraw(row);
    this.#act.found(this.items.filter.query ? this.items.list.length : -1);
    const none = this.items.list.length === 0;
    this.#list.hidden = none;
    this.#parts.empty.hidden = !none;
    if (none) this.#act.empty(this.#model.size > 0, this.#parts.empty);
    else this.#window.render(anchor, this.#holding.away, this.#cursor);
    this.#holding.draw(this.items.late);
  }

  /** Redraws the list at once, at the same position, when its size has changed or it is visible again. */
  #resized() {
    const gone = this.#list.clientHeight === 0;
    const back = this.#invisible && !gone;
    this.#invisible = gone;
    if (back) this.#flush();
    else this.#schedule();
  }

  #scrolled() {
    if (this.#invisible) return; // a list that becomes visible again begins at its top; no person scrolled there
    if (this.#window.resized) return this.#schedule(); // a smaller list was not scrolled by a person
    this.#holding.away = !this.#window.atEnd;
    if (this.#holding.away && this.#list.scrollTop < this.#list.clientHeight) this.#act.older();
    this.#schedule();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest('[data-act]'));
    const id = /** @type {HTMLElement|null} */ (button?.closest('.row'))?.dataset.id;
    if (id && button && button.getAttribute('aria-disabled') !== 'true') this.#do(button.dataset.act ?? '', id);
  }

  /** @param {string} act @param {string} id */
  #do(act, id) {
    if (act !== 'spread') return this.#act.row(act, id, this.items.idsOf(id));
    this.items.spread(id);
    this.redraw();
  }

  /** @param {number} i a row that may not be in the page yet */
  #focus(i) {
    const entry = this.items.list[i];
    if (!entry) return;
    this.#cursor = entry.id;
    this.#window.reveal(i);
    this.#holding.away = !this.#window.atEnd;
    this.#window.render(this.#holding.away ? this.#window.anchor() : null, this.#holding.away, this.#cursor);
    this.#window.rows.get(entry.id)?.focus({ preventScroll: true });
  }

  /** Arrows move through the rows; letters and Delete act on the current one. @param {KeyboardEvent} event */
  #keyed(event) {
    const target = /** @type {Element} */ (event.target);
    const row = /** @type {HTMLElement|null} */ (target.closest('.row'));
    const id = row?.dataset.id ?? this.#cursor;
    const at = this.items.list.findIndex((entry) => entry.id === id);
    const wish = feedKey(event, { at, last: this.items.list.length - 1, page: this.#window.page, onRow: target === row });
    if (!wish) return;
    if ('to' in wish) this.#focus(wish.to);
    else if ('act' in wish) this.#do(wish.act, id);
    else {
      this.#cursor = '';
      /** @type {HTMLElement} */ (document.activeElement)?.blur();
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
