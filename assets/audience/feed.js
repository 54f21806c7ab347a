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

/** Own and not on the screens (yet): its text is nowhere else. @param {Row} row */
const open = ({ state }) => state !== '' && state !== 'shown';

export class Feed {
  #list; #fresh; #words;
  /** @type {Row[]} */ #rows = [];
  /** @type {Map<string, Row>} */ #byId = new Map();
  /** @type {Map<string, Row>} */ #byRef = new Map();
  #stuck = true;
  #height = 0;
  /** @type {Set<Row>} came while the person reads further up */ #unseen = new Set();
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
    const mine = this.#rows.filter(open);
    for (const row of this.#rows) if (!open(row)) this.#drop(row, false);
    this.#rows = [];
    this.#list.replaceChildren();
    for (const comment of recent) this.add(comment);
    for (const row of mine) {
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
    /** @type {Row} */
    const row = { node: el('li', { class: 'row' }), comment, ref: '', state: own ? 'shown' : '' };
    this.#append(row);
    if (!this.#stuck) this.#unseen.add(row);
    this.#count();
  }

  /** An own comment on its way. @param {{ref: string, text: string, color: string, name: string}} item @param {OwnState} state */
  addOwn(item, state) {
    /** @type {Row} */
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
      if (twin && twin !== row) this.#still(() => this.#drop(twin));
      this.#byId.set(id, row);
      row.comment.id = id;
    }
    this.#become(row, state, ack.comment);
  }

  /** Puts another text on an own row that was not sent. @param {string} ref @param {string} text */
  rewrite(ref, text) {
    const row = this.#byRef.get(ref);
    if (!row) return;
    row.comment = { ...row.comment, text };
    this.#become(row, 'refused');
  }

  /** Takes an own row off the list. @param {string} ref */
  takeBack(ref) {
    const row = this.#byRef.get(ref);
    if (row) this.#still(() => this.#drop(row));
  }

  /**
   * Puts a text button on an own row; null takes it away. Nothing moves, though
   * with large letters the row has a line more.
   * @param {string} ref @param {Offer|null} offer
   */
  offer(ref, offer) {
    const row = this.#byRef.get(ref);
    if (!row) return;
    row.offer = offer;
    this.#still(() => this.#draw(row));
  }

  /** Comments that were taken down. @param {{ids?: string[], user?: string}} which */
  remove({ ids = [], user = '' }) {
    this.#still(() => {
      for (const id of ids) {
        const row = this.#byId.get(id);
        if (row) this.#drop(row);
      }
      if (user) for (const row of [...this.#rows]) if (row.comment.user === user) this.#drop(row);
    });
  }

  /** Everything that was on the screens goes. */
  clear() {
    this.#still(() => { for (const row of [...this.#rows]) if (!open(row)) this.#drop(row); });
  }

  /** Draws every row again, in another language. */
  redraw() {
    this.#still(() => { for (const row of this.#rows) this.#draw(row); });
    this.#count();
  }

  toEnd() {
    this.#stuck = true;
    this.#seen();
    this.#stick();
  }

  /**
   * Changes the list while what is being read stays where it is: Safari does
   * not see to that by itself, so no browser is asked to (overflow-anchor).
   * @param {() => void} change
   */
  #still(change) {
    if (this.#stuck) {
      change();
      return this.#stick();
    }
    const top = (/** @type {HTMLElement} */ node) => node.getBoundingClientRect().top;
    const edge = top(this.#list);
    const read = this.#rows.filter(({ node }) => node.getBoundingClientRect().bottom > edge).map(({ node }) => ({ node, was: top(node) }));
    change();
    const kept = read.find(({ node }) => node.isConnected);
    if (kept) this.#list.scrollTop += top(kept.node) - kept.was;
    // What is left may be short enough to end here, and then no scroll tells.
    this.#scrolled();
  }

  #stick() {
    this.#height = this.#list.clientHeight;
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  /** The list's height changed: stay where the person was. */
  #resized() {
    this.#height = this.#list.clientHeight;
    const { scrollHeight, clientHeight } = this.#list;
    if (this.#stuck || scrollHeight - clientHeight < NEAR) this.toEnd();
  }

  #scrolled() {
    // A scroll of ours that is told after the keyboard opened is no wish to leave.
    if (this.#list.clientHeight !== this.#height) return this.#resized();
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    this.#stuck = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.#stuck && this.#unseen.size > 0) this.#seen();
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
    if (this.#rows.length > most) this.#still(() => this.#trim(most));
    else if (this.#stuck) this.#stick();
  }

  /** The oldest go; an own one that waits or was not sent is not others' to push out. @param {number} most */
  #trim(most) {
    for (let i = 0; this.#rows.length > most && i < this.#rows.length;) {
      if (open(this.#rows[i]) && i < MOST / 2) i++;
      else this.#drop(this.#rows[i]);
    }
  }

  /** @param {Row} row @param {boolean} [listed] */
  #drop(row, listed = true) {
    if (row.comment.id && this.#byId.get(row.comment.id) === row) this.#byId.delete(row.comment.id);
    this.#byRef.delete(row.ref);
    this.#keepFocus(row, () => row.node.remove());
    if (this.#unseen.delete(row)) this.#count();
    if (listed) this.#rows.splice(this.#rows.indexOf(row), 1);
  }

  /** A keyboard that stood on a row is not thrown to the page's start. @param {Row} row @param {() => void} change */
  #keepFocus({ node }, change) {
    const inside = node.contains(document.activeElement);
    change();
    if (inside) this.#list.focus({ preventScroll: true });
  }

  /** @param {Row} row @param {OwnState} state @param {Comment} [comment] as shown, maybe masked */
  #become(row, state, comment) {
    row.state = state;
    row.offer = null;
    if (comment) row.comment = comment;
    this.#still(() => this.#draw(row));
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
    // Who runs the room and says no name is no guest: the badge is the name.
    if (state !== '') who.append(el('span', {}, t('you')));
    else if (comment.name || !comment.badge) who.append(said(nameOf({ name: comment.name ?? '', user: comment.user ?? '' }, t('guest'))));
    if (comment.badge) who.append(el('span', { class: 'badge' }, t(comment.badge)));
    if (comment.source === 'replay') who.append(el('span', { class: 'badge' }, t('replay')));
    if (row.offer) who.append(el('button', { type: 'button', class: 'offer', onclick: row.offer.act }, t(row.offer.key)));
    // "Sending" appears only when it takes long enough to be read.
    if (state !== '' && state !== 'sending') who.append(this.#chip(state));
    if (state === 'sending') setTimeout(() => { if (row.state === 'sending') who.append(this.#chip(state)); }, 400);
    this.#keepFocus(row, () => node.replaceChildren(who, el('p', { class: 'said' }, said(comment.text))));
  }

  /** @param {OwnState} state */
  #chip(state) {
    const tone = state === 'refused' ? 'stop' : state;
    return el('span', { class: `chip ${tone}` }, icon(CHIPS[state]), this.#words.t(state === 'refused' ? 'not_sent' : state));
  }

  #seen() {
    this.#unseen.clear();
    this.#count();
  }

  #count() {
    const n = this.#unseen.size;
    this.#fresh.hidden = n === 0;
    /** @type {HTMLElement} */ (this.#fresh.firstElementChild).textContent = this.#words.t('new', { n });
  }
}
