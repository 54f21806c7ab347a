// One question in the list: its votes as a button, its author, and its state.

import { el, icon, said } from '../shared/dom.js';
import { nameOf } from '../shared/names.js';

/**
 * @typedef {object} Question
 * @property {string} id
 * @property {string} text
 * @property {number} at ms
 * @property {string} [name]
 * @property {string} [user]
 * @property {string} [badge]
 * @property {number} votes
 * @property {number} [answered] ms
 * @property {boolean} [hidden]
 * @property {string} [into]
 *
 * @typedef {{mine: boolean, waits: boolean, now: boolean, own: boolean}} State
 */

export class QuestionRow {
  #words;
  #count = el('b');
  #vote; #who = el('p', { class: 'who' }); #text = said('');
  node = el('li', { class: 'ask' });

  /** @param {import('../shared/i18n.js').Words} words @param {() => void} vote */
  constructor(words, vote) {
    this.#words = words;
    this.#vote = el('button', { type: 'button', class: 'ask-vote', onclick: vote }, icon('up'), this.#count);
    this.node.append(this.#vote, el('div', {}, this.#who, el('p', { class: 'said' }, this.#text)));
  }

  /** @param {Question} q @param {State} state */
  draw(q, state) {
    const { t, lang } = this.#words;
    this.#count.textContent = q.votes.toLocaleString(lang);
    this.#vote.setAttribute('aria-pressed', String(state.mine));
    this.#vote.setAttribute('aria-label', `${t('ask_vote')}: ${t('ask_votes', { n: q.votes })}`);
    this.#vote.classList.toggle('waits', state.waits);
    this.node.classList.toggle('answered', Boolean(q.answered));
    this.node.classList.toggle('now', state.now);
    if (this.#text.textContent !== q.text) this.#text.textContent = q.text;
    const name = state.own ? t('you') : nameOf({ name: q.name ?? '', user: q.user ?? '' }, t('guest'));
    const chip = (/** @type {string} */ tone, /** @type {string} */ glyph, /** @type {string} */ key) => el('span', { class: `chip ${tone}` }, icon(glyph), t(key));
    this.#who.replaceChildren(said(name), ...(q.badge ? [el('span', { class: 'badge' }, t(q.badge))] : []),
      ...(state.now ? [chip('shown', 'show', 'ask_now')] : q.answered ? [chip('', 'check', 'ask_answered')] : []));
  }
}
