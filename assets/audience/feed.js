// The list of comments on a phone: bounded, newest at the bottom.

import { el } from '../shared/dom.js';
import { partsOf } from './feed-row.js';
import { ListScroll } from './scroll.js';

/** Rows kept: more would only fill the phone's memory. */
const MOST = 200;

/** @typedef {import('../shared/protocol.js').Comment} Comment */
/** @typedef {import('./feed-row.js').OwnState} OwnState */
/** @typedef {import('./feed-row.js').Offer} Offer */
/** @typedef {import('./feed-row.js').Row} Row */

/** Whether a row is an own comment that is not on the screens (yet): its text is nowhere else. @param {Row} row */
const open = ({ state }) => state !== '' && state !== 'shown';

export class Feed {
  #list; #words; #scroll; #screen; #say;
  /** @type {Row[]} */ #rows = [];
  /** @type {Map<string, Row>} */ #byId = new Map();
  /** @type {Map<string, Row>} */ #byRef = new Map();
  #me = '';

  /**
   * @param {HTMLElement} list
   * @param {HTMLButtonElement} fresh the "12 new" button
   * @param {import('../shared/i18n.js').Words} words
   * @param {import('./screen.js').Screen} screen
   * @param {(word: import('./screen.js').Word) => void} say called with the state of an own comment that passed
   */
  constructor(list, fresh, words, screen, say) {
    this.#list = list;
    this.#words = words;
    this.#screen = screen;
    this.#say = say;
    this.#scroll = new ListScroll(list, fresh, words);
  }

  /** Restarts from the server's recent comments; own unanswered rows stay. @param {Comment[]} recent @param {string} me */
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
    this.#scroll.toEnd();
  }

  /** Adds a comment that is on the screens. @param {Comment} comment */
  add(comment) {
    const known = this.#byId.get(comment.id);
    if (known) return known.state !== '' && known.state !== 'shown' ? this.#become(known, 'shown', comment) : undefined;
    const own = comment.user !== '' && comment.user === this.#me;
    /** @type {Row} */
    const row = { node: el('li', { class: 'row' }), comment, ref: '', state: own ? 'shown' : '', word: this.#screen.word };
    this.#append(row);
    this.#scroll.added(row);
  }

  /** Adds an own comment in flight. @param {{ref: string, text: string, color: string, name: string}} item @param {OwnState} state */
  addOwn(item, state) {
    /** @type {Row} */
    const row = { node: el('li', { class: 'row arrived' }), comment: { text: item.text, color: item.color }, ref: item.ref, state };
    this.#byRef.set(item.ref, row);
    this.#append(row);
    this.#scroll.toEnd();
  }

  /**
   * Shows the outcome of an own comment.
   * @param {string} ref @param {OwnState} state @param {{id?: string, comment?: Comment}} [ack]
   */
  resolve(ref, state, ack = {}) {
    const row = this.#byRef.get(ref);
    if (!row) return;
    const id = ack.comment?.id ?? ack.id;
    if (id) {
      // The broadcast may have overtaken the answer: one comment, one row.
      const other = this.#byId.get(id);
      if (other && other !== row) this.#scroll.still(() => this.#drop(other));
      this.#byId.set(id, row);
      row.comment.id = id;
    }
    this.#become(row, state, ack.comment);
  }

  /** Replaces the text of an own row that was not sent. @param {string} ref @param {string} text */
  rewrite(ref, text) {
    const row = this.#byRef.get(ref);
    if (!row) return;
    row.comment = { ...row.comment, text };
    this.#become(row, 'refused');
  }

  /** Removes an own row. @param {string} ref */
  takeBack(ref) {
    const row = this.#byRef.get(ref);
    if (row) this.#scroll.still(() => this.#drop(row));
  }

  /**
   * Adds a text button to an own row; null removes it. Nothing moves, except that with large
   * letters the row is one line higher.
   * @param {string} ref @param {Offer|null} offer
   */
  offer(ref, offer) {
    const row = this.#byRef.get(ref);
    if (!row) return;
    row.offer = offer;
    this.#scroll.still(() => this.#draw(row));
  }

  /** Removes comments that were taken down. @param {{ids?: string[], user?: string}} which */
  remove({ ids = [], user = '' }) {
    this.#scroll.still(() => {
      for (const id of ids) {
        const row = this.#byId.get(id);
        if (row) this.#drop(row);
      }
      if (user) for (const row of [...this.#rows]) if (row.comment.user === user) this.#drop(row);
    });
  }

  clear() {
    this.#scroll.still(() => { for (const row of [...this.#rows]) if (!open(row)) this.#drop(row); });
  }

  /** Redraws every row, in another language. */
  redraw() {
    this.#scroll.still(() => { for (const row of this.#rows) this.#draw(row); });
    this.#scroll.draw();
  }

  /** @param {Row} row */
  #append(row) {
    this.#rows.push(row);
    if (row.comment.id) this.#byId.set(row.comment.id, row);
    this.#draw(row);
    this.#list.append(row.node);
    // While the person reads further up the list may grow a little more, so that nothing
    // moves.
    const most = this.#scroll.atEnd ? MOST : MOST * 2;
    if (this.#rows.length > most) this.#scroll.still(() => this.#trim(most));
    else if (this.#scroll.atEnd) this.#scroll.stick();
  }

  /** Removes the oldest rows; own comments that wait or were not sent stay. @param {number} most */
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
    this.#scroll.removed(row);
    if (listed) this.#rows.splice(this.#rows.indexOf(row), 1);
  }

  /** Keeps the focus in the list when the focused row changes. @param {Row} row @param {() => void} change */
  #keepFocus({ node }, change) {
    const inside = node.contains(document.activeElement);
    change();
    if (inside) this.#list.focus({ preventScroll: true });
  }

  /** @param {Row} row @param {OwnState} state @param {Comment} [comment] as shown, maybe masked */
  #become(row, state, comment) {
    const freshlyShown = state === 'shown' && row.state !== 'shown';
    Object.assign(row, { state, offer: null, word: freshlyShown ? undefined : row.word });
    if (comment) row.comment = comment;
    if (freshlyShown) this.#screen.sent((word) => this.#showOutcome(row, word));
    else this.#scroll.still(() => this.#draw(row));
  }

  /** @param {Row} row that was let through @param {import('./screen.js').Word} word */
  #showOutcome(row, word) {
    if (row.state !== 'shown' || row.word === word || !this.#rows.includes(row)) return;
    row.word = word;
    this.#say(word);
    this.#scroll.still(() => this.#draw(row));
  }

  /** @param {Row} row */
  #draw(row) {
    const parts = partsOf(row, this.#words);
    this.#keepFocus(row, () => row.node.replaceChildren(...parts));
  }
}
