// The list of comments on a phone: bounded, newest at the bottom, where it
// stays unless the person scrolls up.

import { el, icon, said } from '../shared/dom.js';
import { nameOf } from '../shared/names.js';

/** Rows kept; a phone needs no more, and others' memory is not ours to fill. */
const MOST = 200;

/** px from the end within which the list counts as being there. */
const NEAR = 48;

/** Chips of an own row by what became of it. */
const CHIPS = { shown: 'check', held: 'clock', refused: 'refuse', queued: 'offline', retrying: 'clock', sending: 'send' };

/** @typedef {import('../shared/protocol.js').Comment} Comment */
/** @typedef {'sending'|'queued'|'retrying'|'shown'|'held'|'refused'} OwnState */
/** @typedef {{key: 'edit'|'take_back', act: () => void}} Offer what an own row's text button does */
/** @typedef {{node: HTMLElement, comment: Partial<Comment> & {text: string}, ref: string, state: OwnState|'', offer?: Offer|null}} Row */

export class Feed {
  #list; #fresh; #words;
  /** @type {Row[]} */ #rows = [];
  /** @type {Map<string, Row>} */ #byId = new Map();
  /** @type {Map<string, Row>} */ #byRef = new Map();
  #stuck = true;
  #height = 0;
  #unseen = 0;
  #me = '';

  /**
   * @param {HTMLElement} list
   * @param {HTMLButtonElement} fresh the "12 new" button
   * @param {import('../shared/i18n.js').Words} words
   */
  constructor(list, fresh, words) {
    this.#list = list;
    this.#fresh = fresh;
    this.#words = words;
    list.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    fresh.addEventListener('click', () => this.toEnd());
    // The keyboard, a banner and the strip take from the list's height.
    new ResizeObserver(() => this.#resized()).observe(list);
  }

  /** Starts anew from what the server remembers; own unanswered rows stay. @param {Comment[]} recent @param {string} me */
  reset(recent, me) {
    this.#me = me;
    const open = this.#rows.filter((row) => row.state !== '' && row.state !== 'shown');
    for (const row of this.#rows) if (!open.includes(row)) this.#drop(row, false);
    this.#rows = [];
    this.#list.replaceChildren();
    for (const comment of recent) this.add(comment);
    for (const row of open) {
      this.#rows.push(row);
      this.#list.append(row.node);
    }
    this.toEnd();
  }

  /** A comment that is on the screens. @param {Comment} comment */
  add(comment) {
    const known = this.#byId.get(comment.id);
    if (known) {
      if (known.state !== '' && known.state !== 'shown') this.#become(known, 'shown', comment);
      return;
    }
    const own = comment.user !== '' && comment.user === this.#me;
    this.#append({ node: el('li', { class: 'row' }), comment, ref: '', state: own ? 'shown' : '' });
    if (!this.#stuck) this.#count(1);
  }

  /** An own comment on its way. @param {{ref: string, text: string, color: string, name: string}} item @param {OwnState} state */
  addOwn(item, state) {
    const row = { node: el('li', { class: 'row arrived' }), comment: { text: item.text, color: item.color }, ref: item.ref, state };
    this.#byRef.set(item.ref, row);
    this.#append(row);
    this.toEnd();
  }

  /**
   * What became of an own comment.
   * @param {string} ref @param {OwnState} state @param {{id?: string, comment?: Comment}} [ack]
   */
  settle(ref, state, ack = {}) {
    const row = this.#byRef.get(ref);
    if (!row) return;
    const id = ack.comment?.id ?? ack.id;
    if (id) {
      // The broadcast may have overtaken the answer: one comment, one row.
      const twin = this.#byId.get(id);
      if (twin && twin !== row) this.#drop(twin);
      this.#byId.set(id, row);
      row.comment.id = id;
    }
    this.#become(row, state, ack.comment);
  }

  /** Takes an own row that was not sent off the list and gives its text back. @param {string} ref */
  takeBack(ref) {
    const row = this.#byRef.get(ref);
    if (row) this.#drop(row);
    return row?.comment.text ?? '';
  }

  /**
   * Puts a text button on an own row; null takes it away. Nothing moves.
   * @param {string} ref @param {Offer|null} offer
   */
  offer(ref, offer) {
    const row = this.#byRef.get(ref);
    if (!row) return;
    row.offer = offer;
    this.#draw(row);
  }

  /** Comments that were taken down. @param {{ids?: string[], user?: string}} which */
  remove({ ids = [], user = '' }) {
    for (const id of ids) {
      const row = this.#byId.get(id);
      if (row) this.#drop(row);
    }
    if (user) for (const row of [...this.#rows]) if (row.comment.user === user) this.#drop(row);
  }

  /** Everything that was on the screens goes. */
  clear() {
    for (const row of [...this.#rows]) if (row.state === '' || row.state === 'shown') this.#drop(row);
  }

  /** Draws every row again, in another language. */
  redraw() {
    for (const row of this.#rows) this.#draw(row);
    this.#count(0);
  }

  toEnd() {
    this.#stuck = true;
    this.#count(-this.#unseen);
    this.#stick();
  }

  #stick() {
    this.#height = this.#list.clientHeight;
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  /** The list's height changed: stay where the person was. */
  #resized() {
    this.#height = this.#list.clientHeight;
    if (this.#stuck) this.toEnd();
  }

  #scrolled() {
    // A scroll of ours that is told after the keyboard opened is no wish to leave.
    if (this.#list.clientHeight !== this.#height) return this.#resized();
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    this.#stuck = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.#stuck && this.#unseen > 0) this.#count(-this.#unseen);
  }

  /** @param {Row} row */
  #append(row) {
    this.#rows.push(row);
    if (row.comment.id) this.#byId.set(row.comment.id, row);
    this.#draw(row);
    this.#list.append(row.node);
    // While the person reads further up the list may grow a little more, so
    // that nothing moves under the eyes.
    const most = this.#stuck ? MOST : MOST * 2;
    while (this.#rows.length > most) this.#drop(this.#rows[0]);
    if (this.#stuck) this.#stick();
  }

  /** @param {Row} row @param {boolean} [listed] */
  #drop(row, listed = true) {
    if (row.comment.id && this.#byId.get(row.comment.id) === row) this.#byId.delete(row.comment.id);
    this.#byRef.delete(row.ref);
    row.node.remove();
    if (listed) this.#rows.splice(this.#rows.indexOf(row), 1);
  }

  /** @param {Row} row @param {OwnState} state @param {Comment} [comment] as shown, maybe masked */
  #become(row, state, comment) {
    row.state = state;
    row.offer = null;
    if (comment) row.comment = comment;
    this.#draw(row);
    if (this.#stuck) this.#stick();
  }

  /** @param {Row} row */
  #draw(row) {
    const { t } = this.#words;
    const { comment, state, node } = row;
    node.classList.toggle('own', state !== '');
    for (const name of Object.keys(CHIPS)) node.classList.toggle(name, name === state);
    const who = el('div', { class: 'who' });
    if (comment.color && comment.color !== '#ffffff') {
      const dot = el('span', { class: 'dot' });
      dot.style.setProperty('--dot', comment.color);
      who.append(dot);
    }
    who.append(state !== '' ? el('span', {}, t('you')) : said(nameOf({ name: comment.name ?? '', user: comment.user ?? '' }, t('guest'))));
    if (comment.badge) who.append(el('span', { class: 'badge' }, t(comment.badge)));
    if (comment.source === 'replay') who.append(el('span', { class: 'badge' }, t('replay')));
    if (row.offer) who.append(el('button', { type: 'button', class: 'offer', onclick: row.offer.act }, t(row.offer.key)));
    // "Sending" appears only when it takes long enough to be read.
    if (state !== '' && state !== 'sending') who.append(this.#chip(state));
    if (state === 'sending') setTimeout(() => { if (row.state === 'sending') who.append(this.#chip(state)); }, 400);
    node.replaceChildren(who, el('p', { class: 'said' }, said(comment.text)));
  }

  /** @param {OwnState} state */
  #chip(state) {
    const tone = state === 'refused' ? 'stop' : state;
    return el('span', { class: `chip ${tone}` }, icon(CHIPS[state]), this.#words.t(state === 'refused' ? 'not_sent' : state));
  }

  /** @param {number} change */
  #count(change) {
    this.#unseen = Math.max(0, this.#unseen + change);
    this.#fresh.hidden = this.#unseen === 0;
    /** @type {HTMLElement} */ (this.#fresh.firstElementChild).textContent = this.#words.t('new', { n: this.#unseen });
  }
}
