// The console's feed: a window on ten thousand rows. Rows appear at the end, and
// the list holds still while a person points at it, is in it with the keyboard,
// or reads further up.

import { Geometry } from './geometry.js';
import { lettersAct, nameOf } from './keys.js';
import { MOST, matches } from './model.js';
import { drawRow } from './row.js';
import { Rows } from './rows.js';

/** px from the end within which the list counts as being there. */
const NEAR = 40;

/** Rows drawn outside of what is seen, on either side. */
const SPARE = 12;

/** px of a row of one line */
const LINE = { wide: 36, dock: 53 };

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('./model.js').Filter} Filter */

/**
 * @typedef {object} Acts what rows and the list ask for
 * @property {(act: string, id: string) => void} row takedown, mute, person, pin, ban
 * @property {(filtered: boolean, box: HTMLElement) => void} empty says so, and what to do
 * @property {() => void} older the list was scrolled to its beginning
 * @property {(entry: Entry) => {left: number, of: number}} waiting ms that it waits in the delay line, and of how many
 */

export class FeedView {
  #list; #parts; #model; #words; #act;
  /** @type {Entry[]} those that the filter shows */ #items = [];
  /** @type {Set<Entry>} */ #waiting = new Set();
  /** @type {Set<Entry>} */ #changed = new Set();
  #geometry = new Geometry(LINE.wide);
  #rows;
  #anew = true;
  /** whether the geometry knows the items */ #laid = false;
  #frame = 0;
  #width = 0;
  #height = 0;
  #pointed = false;
  #focused = false;
  #away = false;
  #cursor = '';
  /** @type {Filter} */ #filter = { kind: 'all', query: '', user: '', source: '' };

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
    this.#words = words;
    this.#act = act;
    const { list } = parts;
    this.#rows = new Rows(list, this.#geometry, (row, entry) => drawRow(row, entry, words, act.waiting(entry)));
    // Only a mouse hovers; a finger that has left the glass holds nothing.
    list.addEventListener('pointerenter', (e) => { if (e.pointerType === 'mouse') { this.#pointed = true; this.#schedule(); } });
    list.addEventListener('pointerleave', () => { this.#pointed = false; this.#schedule(); });
    list.addEventListener('focusin', () => { this.#focused = document.activeElement?.matches(':focus-visible') === true; this.#schedule(); });
    list.addEventListener('focusout', (e) => {
      // A dialog gives the focus back to its row, which must be there still: keys
      // would else act on what waits in the queue, which is somebody else's.
      if (this.#focused && /** @type {Element|null} */ (e.relatedTarget)?.closest('dialog')) return;
      this.#focused = false;
      this.#schedule();
    });
    document.addEventListener('close', () => {
      if (document.querySelector('dialog[open]')) return; // one led to the other
      this.#focused &&= list.contains(document.activeElement);
      this.#schedule();
    }, true);
    list.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    list.addEventListener('click', (e) => this.#clicked(e));
    list.addEventListener('keydown', (e) => this.#keyed(e));
    parts.fresh.addEventListener('click', () => this.toNewest());
    new ResizeObserver(() => this.#schedule()).observe(list);
  }

  /**
   * An entry that came or changed, as the model tells it.
   * @param {{entry: Entry, fresh: boolean, last: boolean, moved: boolean}} news
   */
  put({ entry, fresh, last, moved }) {
    if (last && (fresh || moved)) this.#waiting.add(entry);
    if (moved || (fresh && !last)) this.#anew = true;
    if (!fresh) this.#changed.add(entry);
    this.#schedule();
  }

  /** @param {Entry[]} entries */
  changed(entries) {
    for (const entry of entries) this.#changed.add(entry);
    this.#schedule();
  }

  /** An approved comment stands at another place now: the order is to be read again. */
  redraw() {
    this.#anew = true;
    this.#rows.clear();
    this.#schedule();
  }

  /** The order or number of entries has changed; rows stay. */
  refill() {
    this.#anew = true;
    this.#schedule();
  }

  /** @param {Filter} filter */
  filter(filter) {
    this.#filter = { ...filter, query: filter.query.trim() };
    this.#away = false;
    this.redraw();
  }

  toNewest() {
    this.#pointed = this.#focused = this.#away = false;
    this.#schedule();
  }

  /** Takes the keyboard into the list, to its last row. */
  enter() {
    const last = this.#items.at(-1);
    if (last) this.#focus(this.#items.length - 1);
  }

  get #holding() { return this.#pointed || this.#focused || this.#away; }

  /** @param {Entry} entry */
  #fits(entry) { return matches(entry, this.#filter); }

  /** However much comes in, it is drawn once for each picture of the screen. */
  #schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#flush();
    });
  }

  #flush() {
    const anchor = this.#away || this.#holding ? this.#anchor() : null;
    for (const entry of this.#changed) {
      const listed = this.#rows.get(entry.id) !== undefined;
      if (listed !== this.#fits(entry)) this.#anew = true;
      this.#rows.redraw(entry);
    }
    this.#changed.clear();
    if (this.#anew) {
      // A list that holds still keeps new rows out, whatever else changes.
      const late = this.#holding ? this.#waiting : null;
      this.#items = this.#model.all.filter((entry) => this.#fits(entry) && !late?.has(entry));
      if (!late) this.#waiting.clear();
      this.#anew = this.#laid = false;
    }
    if (!this.#holding && this.#waiting.size > 0) {
      for (const entry of this.#waiting) if (this.#fits(entry)) this.#items.push(entry);
      this.#waiting.clear();
      this.#laid = false;
      if (this.#items.length > MOST) this.#items.splice(0, this.#items.length - MOST);
    }
    const none = this.#items.length === 0;
    this.#list.hidden = none;
    this.#parts.empty.hidden = !none;
    if (none) this.#act.empty(this.#model.size > 0, this.#parts.empty);
    else this.#render(anchor);
    this.#sayHold();
  }

  /** What stands at the upper edge, so that it can stay there. */
  #anchor() {
    const y = this.#list.scrollTop;
    const i = this.#geometry.at(y);
    const entry = this.#items[i];
    return entry ? { entry, i, by: y - this.#geometry.top(i) } : null;
  }

  /** @param {{entry: Entry, i: number, by: number}|null} anchor */
  #render(anchor) {
    const { clientHeight: height, clientWidth: width } = this.#list;
    const y0 = this.#list.scrollTop;
    this.#height = height;
    if (width !== this.#width) {
      this.#width = width;
      this.#geometry.forget(width < 600 ? LINE.dock : LINE.wide);
      this.#rows.forget();
      this.#laid = false;
    }
    if (!this.#laid) this.#geometry.lay(this.#items);
    this.#laid = true;
    const at = !anchor || this.#items[anchor.i] === anchor.entry ? anchor?.i ?? -1 : this.#items.indexOf(anchor.entry);
    const goal = () => (anchor && at >= 0 ? this.#geometry.top(at) + anchor.by : this.#away ? y0 : this.#geometry.total - height);
    for (let again = 0; again < 4; again++) {
      const [from, to] = this.#geometry.window(Math.min(goal(), this.#geometry.total - height), height, SPARE);
      this.#rows.place(this.#items, from, to, this.#cursor);
      if (!this.#rows.measure(this.#items, from, to)) break;
    }
    if (anchor && at >= 0) {
      const y = goal();
      if (Math.abs(y - y0) >= 1) this.#list.scrollTop = y;
    } else if (!this.#away) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    // A list that was made smaller is not one that somebody scrolled.
    if (clientHeight !== this.#height) return this.#schedule();
    this.#away = scrollHeight - scrollTop - clientHeight > NEAR;
    if (scrollTop < clientHeight && this.#away) this.#act.older();
    this.#schedule();
  }

  #sayHold() {
    const { hold, why, fresh } = this.#parts;
    let waiting = 0;
    for (const entry of this.#waiting) if (this.#fits(entry)) waiting++;
    const hide = !(this.#holding && (waiting > 0 || this.#away));
    if (hold.hidden !== hide) {
      hold.hidden = hide;
      if (!hide && !this.#away) this.#list.scrollTop = this.#list.scrollHeight;
    }
    if (hide) return;
    why.textContent = this.#words.t(this.#away ? 'hold_scroll' : this.#focused ? 'hold_focus' : 'hold_pointer');
    fresh.textContent = this.#words.t(waiting > 0 ? 'new' : 'to_newest', { n: waiting });
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest('[data-act]'));
    const id = /** @type {HTMLElement|null} */ (button?.closest('.row'))?.dataset.id;
    if (id && button && button.getAttribute('aria-disabled') !== 'true') this.#act.row(button.dataset.act ?? '', id);
  }

  /** @param {number} i a row that may not be in the page yet */
  #focus(i) {
    const entry = this.#items[i];
    if (!entry) return;
    this.#cursor = entry.id;
    const { clientHeight: height, scrollTop } = this.#list;
    const [top, bottom] = [this.#geometry.top(i), this.#geometry.top(i + 1)];
    if (top < scrollTop) this.#list.scrollTop = top;
    else if (bottom > scrollTop + height) this.#list.scrollTop = bottom - height;
    const { scrollHeight } = this.#list;
    this.#away = scrollHeight - this.#list.scrollTop - height > NEAR;
    this.#render(this.#away ? this.#anchor() : null);
    this.#rows.get(entry.id)?.focus({ preventScroll: true });
  }

  /** Arrows walk the rows; letters and Delete act on the current one. @param {KeyboardEvent} event */
  #keyed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {Element} */ (event.target);
    const row = /** @type {HTMLElement|null} */ (target.closest('.row'));
    const id = row?.dataset.id ?? this.#cursor;
    const at = this.#items.findIndex((entry) => entry.id === id);
    const page = Math.max(1, Math.floor(this.#list.clientHeight / LINE.wide) - 1);
    const last = this.#items.length - 1;
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - page, PageDown: at + page, Home: 0, End: last }[event.key];
    const name = nameOf(event);
    const letter = !event.repeat && lettersAct() ? { m: 'mute', b: 'ban', i: 'person', p: 'pin' }[name] : undefined;
    const act = name === 'Delete' ? 'takedown' : letter;
    if (to !== undefined) this.#focus(Math.min(last, Math.max(0, to)));
    else if (act && at >= 0) this.#act.row(act, id);
    else if (event.key === 'Enter' && target === row) this.#act.row('person', id);
    else if (event.key === 'Escape') {
      this.#cursor = '';
      /** @type {HTMLElement} */ (document.activeElement)?.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
