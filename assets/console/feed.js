// The console's feed: rows appear at the end and the list holds still while a
// person points at it, is in it with the keyboard, or reads further up.

import { el } from '../shared/dom.js';
import { matches } from './model.js';
import { drawRow } from './row.js';

/** Rows in the page at once; the model knows more. */
const DRAWN = 400;

/** px from the end within which the list counts as being there. */
const NEAR = 40;

/** @typedef {import('./model.js').Entry} Entry */

export class FeedView {
  #list; #hold; #model; #words; #act;
  /** @type {Map<string, HTMLElement>} */ #rows = new Map();
  /** @type {Set<string>} */ #waiting = new Set();
  /** @type {Set<Entry>} */ #changed = new Set();
  #anew = false;
  #frame = 0;
  #pointed = false;
  #focused = false;
  #away = false;
  /** @type {import('./model.js').Kind} */ #kind = 'all';
  #query = '';

  /**
   * @param {{list: HTMLElement, hold: HTMLElement, why: HTMLElement, fresh: HTMLButtonElement, empty: HTMLElement}} parts
   * @param {import('./model.js').FeedModel} model
   * @param {import('../shared/i18n.js').Words} words
   * @param {{takeDown: (id: string) => void, empty: (filtered: boolean, box: HTMLElement) => void}} act
   */
  constructor(parts, model, words, act) {
    this.#list = parts.list;
    this.#hold = parts;
    this.#model = model;
    this.#words = words;
    this.#act = act;
    const { list } = this.#hold;
    // Only a mouse hovers; a finger that has left the glass holds nothing.
    list.addEventListener('pointerenter', (e) => { if (e.pointerType === 'mouse') { this.#pointed = true; this.#schedule(); } });
    list.addEventListener('pointerleave', () => { this.#pointed = false; this.#schedule(); });
    list.addEventListener('focusin', () => { this.#focused = list.matches(':has(:focus-visible)') || document.activeElement?.matches(':focus-visible') === true; this.#schedule(); });
    list.addEventListener('focusout', () => { this.#focused = false; this.#schedule(); });
    list.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    list.addEventListener('click', (e) => this.#clicked(e));
    list.addEventListener('keydown', (e) => this.#keyed(e));
    parts.fresh.addEventListener('click', () => this.toNewest());
  }

  /** An entry that came or changed. @param {Entry} entry @param {boolean} fresh @param {boolean} last */
  put(entry, fresh, last) {
    if (fresh && last) this.#waiting.add(entry.id);
    else if (fresh) this.#anew = true;
    else this.#changed.add(entry);
    this.#schedule();
  }

  /** @param {Entry[]} entries */
  changed(entries) {
    for (const entry of entries) this.#changed.add(entry);
    this.#schedule();
  }

  /** Everything is to be drawn again (another list, filter or language). */
  redraw() {
    this.#anew = true;
    this.#schedule();
  }

  /** @param {import('./model.js').Kind} kind @param {string} query */
  filter(kind, query) {
    this.#kind = kind;
    this.#query = query.trim();
    this.#away = false;
    this.redraw();
  }

  toNewest() {
    this.#pointed = this.#focused = this.#away = false;
    this.#schedule();
  }

  get #holding() { return this.#pointed || this.#focused || this.#away; }

  /** However much comes in, it is drawn once for each picture of the screen. */
  #schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#flush();
    });
  }

  #flush() {
    if (this.#anew) this.#drawAll();
    for (const entry of this.#changed) this.#redrawRow(entry);
    this.#changed.clear();
    if (!this.#holding) {
      const fresh = [...this.#waiting].slice(-DRAWN).map((id) => this.#model.get(id)).filter((entry) => entry !== undefined);
      this.#waiting.clear();
      this.#append(fresh.filter((entry) => matches(entry, this.#kind, this.#query)));
    }
    this.#sayHold();
    const none = this.#rows.size === 0;
    if (this.#hold.empty.hidden === none) {
      this.#hold.empty.hidden = !none;
      if (none) this.#act.empty(this.#model.size > 0, this.#hold.empty);
    }
  }

  #drawAll() {
    this.#anew = false;
    this.#waiting.clear();
    this.#changed.clear();
    this.#rows.clear();
    this.#hold.empty.hidden = true;
    const scrolled = this.#away ? this.#list.scrollTop : -1;
    this.#list.replaceChildren();
    this.#append(this.#model.newest(this.#kind, this.#query, DRAWN));
    if (scrolled >= 0) this.#list.scrollTop = scrolled;
  }

  /** @param {Entry[]} entries */
  #append(entries) {
    if (entries.length === 0 && this.#rows.size > 0) return this.#stick();
    const rows = document.createDocumentFragment();
    for (const entry of entries) {
      const row = el('li', { tabindex: '-1' });
      drawRow(row, entry, this.#words);
      this.#rows.set(entry.id, row);
      rows.append(row);
    }
    this.#list.append(rows);
    while (this.#rows.size > DRAWN) {
      const first = /** @type {HTMLElement} */ (this.#list.firstElementChild);
      this.#rows.delete(first.dataset.id ?? '');
      first.remove();
    }
    this.#list.lastElementChild?.setAttribute('tabindex', '0');
    this.#stick();
  }

  #stick() {
    if (!this.#away) this.#list.scrollTop = this.#list.scrollHeight;
  }

  /** @param {Entry} entry */
  #redrawRow(entry) {
    const row = this.#rows.get(entry.id);
    if (!row) return;
    const focused = row.contains(document.activeElement);
    drawRow(row, entry, this.#words);
    // The button that had the focus may be gone with its act.
    if (focused && !row.contains(document.activeElement)) row.focus();
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    const away = scrollHeight - scrollTop - clientHeight > NEAR;
    if (away === this.#away) return;
    this.#away = away;
    this.#schedule();
  }

  #sayHold() {
    const { hold, why, fresh } = this.#hold;
    const waiting = [...this.#waiting].filter((id) => {
      const entry = this.#model.get(id);
      return entry && matches(entry, this.#kind, this.#query);
    }).length;
    hold.hidden = !(this.#holding && (waiting > 0 || this.#away));
    why.textContent = this.#words.t(this.#away ? 'hold_scroll' : this.#focused ? 'hold_focus' : 'hold_pointer');
    fresh.textContent = this.#words.t(waiting > 0 ? 'new' : 'to_newest', { n: waiting });
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const button = /** @type {Element} */ (event.target).closest('.danger');
    const id = /** @type {HTMLElement|null} */ (button?.closest('.row'))?.dataset.id;
    if (id) this.#act.takeDown(id);
  }

  /** Arrows walk the rows, Delete takes the current one down. @param {KeyboardEvent} event */
  #keyed(event) {
    const row = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest('.row'));
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = { ArrowUp: row.previousElementSibling, ArrowDown: row.nextElementSibling, Home: this.#list.firstElementChild, End: this.#list.lastElementChild }[event.key];
    if (to instanceof HTMLElement) {
      row.setAttribute('tabindex', '-1');
      to.setAttribute('tabindex', '0');
      to.focus();
      to.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Delete' && row.querySelector('.danger')) {
      this.#act.takeDown(row.dataset.id ?? '');
    } else if (event.key === 'Escape') {
      row.blur();
    } else return;
    event.preventDefault();
  }
}
