// The questions of a list, under its row: their votes and the acts on each. The list is loaded
// again when the server reports a change.

import { el, said } from '../shared/dom.js';
import { nameOf } from '../shared/names.js';
import { feature } from './feature.js';

/** ms after a change until the list is loaded: several changes cause one load. */
const GATHER = 400;

/** @typedef {import('../shared/items.js').Item} Item */
/** @typedef {{id: string, text: string, name?: string, user?: string, votes: number, answered?: number, hidden?: boolean, into?: string}} Question */

/** The orders of the list, and their labels. */
const SORTS = [['votes', 'questions_top'], ['new', 'questions_new'], ['old', 'questions_old']];

export class ShowQuestions {
  #store; #acts;
  /** @type {Item|null} */ #item = null;
  /** @type {Question[]} */ #all = [];
  #sort = 'votes';
  #merging = ''; // the question that is to be merged into another
  #known = '';
  /** @type {any} */ #timer = null;
  #sorts = el('div', { class: 'question-sorts', role: 'group' });
  #list = el('ul', { class: 'lines question-list' });
  #note = el('p', { class: 'soft', role: 'status' });
  node = el('div', { class: 'questions' }, this.#sorts, this.#note, this.#list);

  /** @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts */
  constructor(store, acts) {
    this.#store = store;
    this.#acts = acts;
  }

  /** @param {Item} item */
  draw(item) {
    this.#item = item;
    const known = JSON.stringify([item.id, item.state, item.result]);
    if (known === this.#known) return;
    const first = this.#known === '';
    this.#known = known;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), first ? 0 : GATHER);
  }

  async #load() {
    const { id } = /** @type {Item} */ (this.#item);
    try {
      const { questions } = await this.#acts.ask('GET', `${this.#store.path('items', id, 'questions')}?sort=${this.#sort}`);
      this.#all = questions;
      this.#write();
    } catch (fault) { this.#acts.trouble(fault); }
  }

  #write() {
    const { t } = this.#store.words;
    const focused = /** @type {HTMLElement|null} */ (this.node.contains(document.activeElement) ? document.activeElement : null);
    const was = [focused?.closest('[data-id]')?.getAttribute('data-id'), focused?.dataset.act];
    this.#sorts.setAttribute('aria-label', t('questions_sort'));
    this.#sorts.replaceChildren(...SORTS.map(([sort, key]) => el('button', { type: 'button', class: 'button line', 'data-act': sort, 'aria-pressed': String(sort === this.#sort), onclick: () => {
      this.#sort = sort;
      void this.#load();
    } }, t(key))));
    if (!this.#all.some(({ id }) => id === this.#merging)) this.#merging = '';
    this.#note.textContent = this.#all.length === 0 ? t('questions_none') : this.#merging ? t('questions_merge_into') : '';
    this.#list.replaceChildren(...this.#all.map((q) => this.#row(q)));
    if (was[1]) /** @type {HTMLElement|null} */ (this.node.querySelector(`${was[0] ? `[data-id="${was[0]}"] ` : ''}[data-act="${was[1]}"]`) ?? (was[0] ? this.node.querySelector(`[data-id="${was[0]}"] button`) : null))?.focus();
  }

  /** @param {Question} q */
  #row(q) {
    const { t, lang } = this.#store.words;
    const state = q.into ? 'merged' : q.hidden ? 'hidden' : q.answered ? 'answered' : '';
    const into = q.into ? this.#all.find(({ id }) => id === q.into)?.text ?? '' : '';
    const act = (/** @type {string} */ name, /** @type {() => unknown} */ fn, tone = '') => el('button', { type: 'button', class: `button ${tone}`, 'data-act': name, 'aria-label': `${t(`question_${name}`)}: ${q.text}`, onclick: () => void fn() }, t(`question_${name}`));
    const mark = (/** @type {Record<string, any>} */ what) => this.#acts.call('PATCH', this.#store.path('items', /** @type {Item} */ (this.#item).id, 'questions', q.id), what);
    const target = this.#merging && this.#merging !== q.id && !q.into && !q.hidden;
    const buttons = this.#merging
      ? [target && act('here', () => this.#merge(q.id), 'main'), this.#merging === q.id && act('cancel', () => this.#choose(''))]
      : [
        !state && act('feature', () => feature(this.#store, this.#acts, q.id), 'line'),
        !q.into && !q.hidden && (q.answered ? act('reopen', () => mark({ answered: false })) : act('answered', () => mark({ answered: true }), 'line')),
        !q.into && (q.hidden ? act('unhide', () => mark({ hidden: false })) : act('hide', () => mark({ hidden: true }))),
        q.into ? act('split', () => mark({ into: '' })) : !q.hidden && act('merge', () => this.#choose(q.id)),
        act('remove', () => this.#acts.call('POST', this.#store.path('comments', q.id, 'remove')), 'stop'),
      ];
    return el('li', { class: `line-row question-row ${state}`, 'data-id': q.id },
      el('b', { class: 'question-votes', title: t('questions_votes', { n: q.votes }) }, q.votes.toLocaleString(lang)),
      el('span', { class: 'grow' }, el('span', { class: 'soft' }, said(nameOf({ name: q.name ?? '', user: q.user ?? '' }, t('guest'))), state && ` · ${t(`question_is_${state}`)}`, into && ': ', into && said(into)), el('span', { class: 'question-text' }, said(q.text))),
      el('span', { class: 'row-acts' }, ...buttons.filter((b) => b instanceof HTMLElement)));
  }

  /** @param {string} id the question that is to be merged; "" for none */
  #choose(id) {
    this.#merging = id;
    this.#write();
  }

  /** @param {string} into */
  async #merge(into) {
    const id = this.#merging;
    this.#choose('');
    await this.#acts.call('PATCH', this.#store.path('items', /** @type {Item} */ (this.#item).id, 'questions', id), { into });
  }
}
