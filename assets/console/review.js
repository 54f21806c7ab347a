// The review column: the current item expanded, the others in one line each, and the latest
// decisions. On narrow screens the next item is pinned below.

import { el, icon, said } from '../shared/dom.js';
import { HeldItem } from './held-item.js';
import { decidedRow } from './decided.js';
import { kept, keep } from './kept.js';
import { KeptFocus } from './kept-focus.js';
import { actOnChosen, bulkBar } from './review-bulk.js';
import { alike, readAlike, timesOf, wholeOf } from './review-alike.js';
import { unmasked } from './marks.js';
import { sourceMark } from './source.js';

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('./queue.js').Row} Row */

/** The most rows drawn; the rest is a number. */
const DRAWN = 60;

export class ReviewView {
  #parts; #store; #queue; #acts; #open; #held; #whole; #focus;
  #choosing = false;
  #spread = ''; // the expanded row
  #frame = 0;

  /**
   * @param {{list: HTMLElement, decided: HTMLElement, decidedBox: HTMLElement, empty: HTMLElement, next: HTMLElement, bulk: HTMLElement, several: HTMLButtonElement, byPerson: HTMLButtonElement, counts: HTMLElement[]}} parts
   * @param {import('./store.js').Store} store
   * @param {import('./queue.js').Queue} queue
   * @param {import('./acts.js').Acts} acts
   * @param {{ban: (kind: 'mute'|'ban', entry: Entry, all: readonly Entry[]) => void, person: (entry: Entry) => void, feature: (entry: Entry) => void, look: (id: string) => void, banAll: (kind: 'mute'|'ban', entries: Entry[], done: () => void) => void, put: (row: any) => Entry}} open
   */
  constructor(parts, store, queue, acts, open) {
    this.#parts = parts;
    this.#store = store;
    this.#queue = queue;
    this.#acts = acts;
    this.#open = open;
    this.#held = new HeldItem(store, acts);
    this.#focus = new KeptFocus(parts, queue);
    this.#whole = (/** @type {readonly Row[]} */ rows) => wholeOf(rows, store, acts, open.put);
    parts.several.addEventListener('click', () => this.choose(!this.#choosing));
    queue.by = kept('review-by-person', false) ? 'person' : 'text';
    parts.byPerson.addEventListener('click', () => this.#group(queue.by === 'person' ? 'text' : 'person'));
    for (const box of [parts.list, parts.next, parts.bulk, parts.decided]) box.addEventListener('click', (e) => this.#clicked(/** @type {MouseEvent} */ (e)));
    for (const topic of /** @type {const} */ (['queue', 'filled'])) store.on(topic, () => this.draw());
    setInterval(() => this.#held.tick(), 1000);
  }

  /** @param {boolean} on whether several are being selected */
  choose(on) {
    this.#choosing = on;
    if (!on) this.#queue.chooseAll(false);
    this.draw();
  }

  get choosing() { return this.#choosing; }

  /** Sets how comments are grouped into rows. @param {import('./queue-rows.js').By} by */
  #group(by) {
    keep('review-by-person', by === 'person');
    this.#queue.by = by;
    this.draw();
  }

  /**
   * While several are being selected a key applies only to the selection.
   * @param {import('./review-bulk.js').Act} act on the selected ones, else the current one
   */
  act(act) {
    const item = this.#queue.current;
    if (this.#choosing) this.#actOnChosen(act);
    else if (act === 'approve' || act === 'refuse') { if (item) this.#decide(act, item.id); } else if (item) this.#do(act, item);
  }

  /** @param {import('./review-bulk.js').Act} act */
  #actOnChosen(act) { actOnChosen(act, { store: this.#store, queue: this.#queue, acts: this.#acts, banAll: this.#open.banAll, whole: this.#whole }, () => this.choose(false)); }

  /** A mute or ban applies to the authors of all comments of the row. @param {'ban'|'mute'|'person'|'feature'} act @param {Entry} item */
  #do(act, item) {
    if (act === 'person' || act === 'feature') return this.#open[act](item);
    const row = this.#queue.rowOf(item.id);
    void this.#whole(row ? [row] : []).then((all) => this.#open.ban(act, item, all.length > 0 ? all : [item]));
  }

  /** @param {'approve'|'refuse'} act @param {string} id of one of a row */
  #decide(act, id) {
    const row = this.#queue.rowOf(id);
    if (row) void this.#acts.decideRow(act, row);
  }

  draw() {
    this.#frame ||= requestAnimationFrame(() => { this.#frame = 0; this.#draw(); });
  }

  #draw() {
    const { t } = this.#store.words;
    const { items, rows, total, decided } = this.#queue;
    const { list, empty, bulk, several, byPerson, counts, decidedBox } = this.#parts;
    for (const count of counts) {
      count.textContent = total.toLocaleString(this.#store.words.lang);
      count.hidden = total === 0;
    }
    if (items.length === 0) this.#choosing = false;
    several.hidden = rows.length < 2;
    several.textContent = t(this.#choosing ? 'select_end' : 'select_several');
    several.setAttribute('aria-pressed', String(this.#choosing));
    byPerson.hidden = items.length < 2;
    byPerson.setAttribute('aria-pressed', String(this.#queue.by === 'person'));
    empty.hidden = items.length > 0;
    const focus = this.#focus.keep();
    const at = Math.max(0, this.#queue.place - 1);
    const from = Math.max(0, Math.min(at - 10, rows.length - DRAWN));
    const drawn = rows.slice(from, from + DRAWN);
    list.replaceChildren(...drawn.map((row) => this.#row(row)));
    const behind = total - [...rows.slice(0, from), ...drawn].reduce((sum, row) => sum + row.count, 0);
    if (behind > 0) list.append(el('li', { class: 'more-held' }, t('more_waiting', { n: behind })));
    list.querySelector('.current')?.scrollIntoView({ block: 'nearest' });
    this.#drawNext();
    bulk.hidden = !this.#choosing;
    if (this.#choosing) bulk.replaceChildren(...bulkBar(this.#queue, this.#store.words));
    decidedBox.hidden = decided.length === 0;
    this.#parts.decided.replaceChildren(...decided.map((d) => decidedRow(d, this.#store)));
    focus();
  }

  /** @param {Row} all */
  #row(all) {
    const current = all.items.some(({ id }) => id === this.#queue.current?.id);
    const item = all.first;
    const row = el('li', { class: `held-item${current ? ' current' : ''}${item.busy ? ' busy' : ''}`, 'data-id': item.id, 'aria-current': current ? 'true' : null });
    const { t } = this.#store.words;
    if (this.#choosing) {
      const box = el('input', { type: 'checkbox', 'data-act': 'choose', 'aria-label': t('select_of', { text: item.text }) });
      box.checked = this.#queue.chosen.includes(item.id);
      row.append(el('label', { class: 'choose' }, box));
    }
    if (!current) {
      const body = el('button', { type: 'button', class: 'held-body', 'data-act': 'look' }, this.#held.text(item),
        el('span', { class: 'held-meta' }, ...this.#held.meta([this.#held.lookers(all), timesOf(all, this.#store.words), this.#held.name(item), sourceMark(item, this.#store.words), el('span', { class: 'reason' }, this.#held.reason(item)), this.#held.age(item)])));
      const quick = (/** @type {string} */ act, /** @type {string} */ glyph) => el('button', { type: 'button', class: 'icon-button', 'data-act': act, title: this.#held.verb(act, all), 'aria-label': t(`${act}_of`, { text: item.text }) }, icon(glyph));
      row.append(body, quick('approve', 'check'), quick('refuse', 'x'));
      return row;
    }
    row.append(el('div', { class: 'held-open' }, this.#held.head(all), el('p', { class: 'held-text', id: 'current-text' }, this.#held.text(item)), this.#held.why(item), this.#held.buttons(all, 'current-text', !this.#choosing),
      ...alike(all, this.#spread === all.key, this.#store.words, this.#held)));
    return row;
  }

  #drawNext() {
    const { next } = this.#parts;
    const row = this.#queue.rowOf(this.#queue.current?.id ?? '');
    next.hidden = !row;
    if (!row) return next.replaceChildren();
    const item = row.first;
    const { t } = this.#store.words;
    const had = next.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.act : null;
    next.dataset.id = item.id;
    const buttons = this.#held.buttons(row, 'next-text', false, true);
    next.replaceChildren(
      el('p', { class: 'next-head' }, icon('clock'), el('strong', {}, t('next_review')), el('span', {}, `${this.#queue.place} / ${this.#queue.rows.length + Math.max(0, this.#queue.missing)}`), timesOf(row, this.#store.words), el('span', { class: 'gap' }), this.#held.age(item)),
      el('p', { class: 'held-text', id: 'next-text' }, this.#held.text(item)),
      el('p', { class: 'held-why' }, ...this.#held.meta([this.#held.lookers(row), this.#held.name(item), this.#held.reason(item), unmasked(item, this.#store.words)])),
      buttons);
    if (had) /** @type {HTMLElement|null} */ (next.querySelector(`[data-act="${had}"]`))?.focus();
  }

  /** Expands the comments of a row, or collapses them. @param {string} id */
  #spreadOut(id) {
    const row = this.#queue.rowOf(id);
    if (!row) return;
    this.#spread = this.#spread === row.key ? '' : row.key;
    this.draw();
    if (this.#spread) readAlike(row, this.#store, this.#queue, this.#open.put).catch((fault) => this.#acts.trouble(fault));
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest('[data-act]'));
    if (!button || button.getAttribute('aria-disabled') === 'true') return;
    const id = /** @type {HTMLElement|null} */ (button.closest('[data-id]'))?.dataset.id ?? '';
    const item = this.#queue.get(id);
    if (this.#focus.late(event, button, id)) return;
    switch (button.dataset.act) {
      case 'look': this.#queue.look(id); this.#open.look(id); this.draw(); break;
      case 'choose': this.#queue.chooseRow(id); this.draw(); break;
      case 'alike': this.#spreadOut(id); break;
      case 'all': this.#queue.chooseAll(this.#queue.chosen.length < this.#queue.items.length); this.draw(); break;
      case 'approve_chosen': case 'refuse_chosen': case 'mute_chosen': case 'ban_chosen': this.#actOnChosen(/** @type {any} */ (button.dataset.act.slice(0, -7))); break;
      case 'approve': case 'refuse': this.#decide(/** @type {any} */ (button.dataset.act), id); break;
      case 'approve_one': case 'refuse_one': void this.#acts.decide(button.dataset.act === 'approve_one' ? 'approve' : 'refuse', [id]); break;
      case 'ban': case 'person': case 'feature': if (item) this.#do(/** @type {'ban'|'person'|'feature'} */ (button.dataset.act), item); break;
      case 'undo': {
        const decided = this.#queue.decided.find((d) => d.id === id);
        if (decided) void this.#acts.undo(decided);
      }
    }
  }
}
