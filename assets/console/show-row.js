// One item of the show as a row: its kind, its state, and the acts on it.

import { el, icon, said } from '../shared/dom.js';
import { clockText, pollRows, secondsLeft, titleOf } from '../shared/items.js';
import { confirmFirst } from './dialog.js';
import { startNow } from './feature.js';
import { ShowQuestions } from './show-questions.js';
import { momentText } from './show-time.js';
import { drawResult } from './show-draw.js';
import { wallPhotos } from './show-photos.js';

/** @typedef {import('../shared/items.js').Item} Item */

/** Kinds that can be shown again. */
const AGAIN = ['card', 'announcement', 'countdown', 'ticker', 'questions', 'photos'];

/** A countdown with one more minute. @param {any} spec */
const longer = (spec) => (spec.until ? { ...spec, until: spec.until + 60_000 } : { ...spec, seconds: spec.seconds + 60 });

export class ShowRow {
  #store; #acts; #on;
  /** @type {Item|null} */ #item = null;
  #around = '';
  /** @type {ShowQuestions|null} */ #questions = null;
  #left = el('span', { class: 'show-left' });
  #counts = el('div', { class: 'show-counts' });
  #head = el('span', { class: 'grow' });
  #buttons = el('span', { class: 'row-acts' });
  node = el('li', { class: 'line-row show-row' }, this.#head, this.#buttons, this.#counts);

  /**
   * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
   * @param {{edit: (item: Item) => void, editable: (kind: string) => boolean}} on
   */
  constructor(store, acts, on) {
    this.#store = store;
    this.#acts = acts;
    this.#on = on;
  }

  /** @param {Item} item @param {{before?: Item, after?: Item}} around its neighbours in the list */
  draw(item, { before, after }) {
    const was = this.#item;
    this.#item = item;
    const around = item.state === 'queued' || item.state === 'draft' ? `${before?.id} ${before?.rank} ${after?.id} ${after?.rank} ${this.#slotTaken(item)}` : '';
    // New counts alone leave the buttons unchanged.
    if (!was || was.state !== item.state || was.spec !== item.spec || was.starts !== item.starts || around !== this.#around) {
      this.#around = around;
      this.#write(item, before, after);
    }
    this.#count(item);
    this.tick();
  }

  /** Whether another item is in its slot. @param {Item} item */
  #slotTaken(item) { return Boolean(item.slot && this.#store.items.live(item.slot)); }

  /** Updates the parts that depend on the time. */
  tick() {
    const { ends, starts, state } = this.#item ?? {};
    const { t, lang } = this.#store.words;
    const text = state === 'live' && ends ? t('show_left', { time: clockText(secondsLeft(ends, this.#store.now)) })
      : state === 'draft' && starts ? t('show_starts', { time: momentText(starts, this.#store.now, lang) }) : '';
    if (this.#left.textContent !== text) this.#left.textContent = text;
  }

  /** @param {Item} item @param {Item} [before] @param {Item} [after] */
  #write(item, before, after) {
    const { t, has } = this.#store.words;
    const title = titleOf(item);
    const kind = has(`kind_${item.kind}`) ? t(`kind_${item.kind}`) : item.kind;
    this.node.dataset.id = item.id;
    const dot = item.state === 'live' && el('span', { class: 'live-dot', 'aria-hidden': 'true' });
    const name = item.kind === 'card' && item.spec.name;
    this.#head.replaceChildren(el('span', { class: 'show-kind' }, dot, kind, name && [' · ', name].join(''), ' ', this.#left), el('b', { class: 'show-title' }, said(title)));
    const focused = /** @type {HTMLElement|null} */ (this.#buttons.contains(document.activeElement) ? document.activeElement : null)?.dataset.act;
    const act = (/** @type {string} */ name, /** @type {string} */ tone, /** @type {() => unknown} */ fn) => el('button', { type: 'button', class: `button ${tone}`, 'data-act': name, 'aria-label': `${t(`show_${name}`)}: ${title}`, onclick: () => void fn() }, t(`show_${name}`));
    const small = (/** @type {string} */ name, /** @type {string} */ glyph, /** @type {() => unknown} */ fn, more = '') => el('button', { type: 'button', class: `icon-button ${more}`, 'data-act': name, 'aria-label': `${t(`show_${name}`)}: ${title}`, title: t(`show_${name}`), onclick: () => void fn() }, icon(glyph));
    const post = (/** @type {string} */ what) => this.#acts.call('POST', this.#store.path('items', item.id, what));
    const taken = this.#slotTaken(item);
    const waits = item.state === 'queued' || item.state === 'draft';
    /** @type {(HTMLElement|false|undefined)[]} */
    const buttons = [
      waits && before && small('up', 'up', () => this.#order([item, before])),
      waits && after && small('later', 'down', () => this.#order([after, item])),
      item.state === 'draft' && act('queue', 'line', () => post('queue')),
      item.state === 'live' && item.kind === 'countdown' && act('longer', 'line', () => this.#acts.call('PATCH', this.#store.path('items', item.id), { spec: longer(item.spec) })),
      item.state === 'live' && (item.kind === 'draw' ? act('draw', 'main', () => post('stop')) : act('stop', 'stop', () => post('stop'))),
      waits && act(taken ? 'instead' : 'start', 'line', () => startNow(this.#store, this.#acts, item)),
      item.state === 'ended' && AGAIN.includes(item.kind) && act('again', 'line', () => post('start')),
      (item.kind === 'questions' || item.kind === 'photos') && item.state === 'live' && act(`${item.spec.closed ? 'open' : 'close'}${item.kind === 'photos' ? '_photos' : ''}`, 'line', () => this.#acts.call('PATCH', this.#store.path('items', item.id), { spec: { ...item.spec, closed: !item.spec.closed } })),
      waits && this.#on.editable(item.kind) && small('edit', 'edit', () => this.#on.edit(item)),
      small('delete', 'x', () => this.#remove(item, title), 'danger'),
    ];
    this.#buttons.replaceChildren(...buttons.filter((b) => b instanceof HTMLElement));
    if (focused) /** @type {HTMLElement|null} */ (this.#buttons.querySelector(`[data-act="${focused}"]`) ?? this.#buttons.querySelector('button'))?.focus();
  }

  /** Puts items into an order. @param {Item[]} items */
  #order(items) { return this.#acts.call('POST', this.#store.path('items', 'order'), { ids: items.map(({ id }) => id) }); }

  /** Asks first if votes would be lost. @param {Item} item @param {string} title */
  #remove(item, title) {
    const { words } = this.#store;
    const { t } = words;
    const go = async () => { await this.#acts.call('DELETE', this.#store.path('items', item.id)); };
    if (!(item.result?.people > 0)) return go();
    const key = item.kind === 'draw' ? 'show_delete_draw' : 'show_delete';
    return confirmFirst(words, { title: t(`${key}_title`), text: t(`${key}_text`, { what: title, n: item.result.people }), yes: t('show_delete') }, go);
  }

  /** @param {Item} item */
  #count(item) {
    const { t } = this.#store.words;
    if (item.kind === 'questions') return this.#ask(item);
    this.#counts.hidden = !['poll', 'draw', 'photos'].includes(item.kind) || !item.result;
    if (this.#counts.hidden) return this.#counts.replaceChildren();
    if (item.kind === 'draw') return this.#counts.replaceChildren(...drawResult(this.#store, this.#acts, item));
    if (item.kind === 'photos') return this.#wall(item);
    const rows = pollRows(item);
    const bars = rows.map((row) => {
      const bar = el('i', { 'aria-hidden': 'true' });
      bar.style.setProperty('--share', `${row.share * 100}%`);
      return el('li', { class: row.leads ? 'leads' : '' }, el('span', {}, said(row.text)), bar, el('b', {}, row.votes ?? '–'), el('span', { class: 'soft' }, `${row.percent}%`));
    });
    this.#counts.replaceChildren(el('ul', { class: 'bars' }, ...bars), el('p', { class: 'soft' }, t('show_people', { n: item.result.people ?? 0 })));
  }

  /** Redraws only when its photos have changed: a button may have the focus. @param {Item} item */
  #wall(item) {
    const key = JSON.stringify([item.result, this.#store.words.lang]);
    if (this.#counts.dataset.of === key) return;
    this.#counts.dataset.of = key;
    this.#counts.replaceChildren(...wallPhotos(this.#store, this.#acts, item));
  }

  /** @param {Item} item */
  #ask(item) {
    const asked = item.state === 'live' || item.state === 'ended';
    this.#counts.hidden = !asked;
    if (!asked) return;
    this.#questions ??= new ShowQuestions(this.#store, this.#acts);
    this.#questions.draw(item);
    if (this.#questions.node.parentElement !== this.#counts) this.#counts.replaceChildren(this.#questions.node);
  }
}
