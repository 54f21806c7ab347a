// What the console loads from history: the newest rows at the start, older ones when the feed
// is scrolled to its beginning, and matches of a search beyond the listed rows.

import { call } from '../shared/api.js';
import { MOST } from './model.js';

/** ms without another letter before a search in history */
const DEBOUNCE = 300;

/** @typedef {import('./model.js').Filter} Filter */

export class History {
  #store; #model; #done;
  #next = 0;
  #busy = false;
  #run = 0;
  /** what is searched for, as in the address; '' for nothing */ #query = '';
  /** seq before which the search goes on; 0: nowhere */ #nextBefore = 0;
  /** @type {any} */ #timer = null;

  /**
   * @param {import('./store.js').Store} store
   * @param {import('./model.js').FeedModel} model
   * @param {() => void} done rows were added
   */
  constructor(store, model, done) {
    this.#store = store;
    this.#model = model;
    this.#done = done;
  }

  /** Loads from the newest on, including those that `recent` omits. */
  start() {
    this.#run++;
    this.#busy = false;
    if (this.#query) void this.#search();
    return this.#read('');
  }

  /** Searches history, too, if the feed is filtered. @param {Filter} filter */
  find(filter) {
    clearTimeout(this.#timer);
    this.#query = query(filter);
    this.#nextBefore = 0;
    if (this.#query) this.#timer = setTimeout(() => void this.#search(), DEBOUNCE);
  }

  /** Whether a search may find more further back. */
  get more() { return this.#nextBefore > 0; }

  older() {
    if (this.#query) {
      if (this.#nextBefore > 0) void this.#search();
    } else if (!this.#busy && this.#next > 0 && this.#model.size < MOST) void this.#read(`&before=${this.#next}`);
  }

  /** @param {string} from */
  async #read(from) {
    const run = this.#run;
    this.#busy = true;
    const next = await this.#page(from, () => run === this.#run);
    if (run !== this.#run) return; // the list was reloaded in the meantime
    if (next >= 0) this.#next = next;
    this.#busy = false;
  }

  async #search() {
    const asked = this.#query, run = this.#run;
    const from = this.#nextBefore > 0 ? `&before=${this.#nextBefore}` : '';
    this.#nextBefore = 0; // one page at a time
    const next = await this.#page(`${asked}${from}`, () => run === this.#run && asked === this.#query);
    if (next > 0 && asked === this.#query) this.#nextBefore = next;
  }

  /**
   * @param {string} more boolean} wanted whether the answer still is => further query @param {() => boolean} wanted whether the answer is still wanted => boolean} wanted whether the answer still is
   * @returns {Promise<number>} seq before which another page begins, 0 when there is none, -1 when nothing was read
   */
  async #page(more, wanted) {
    try {
      const { comments = [], next = 0 } = await call('GET', `${this.#store.path('comments')}?limit=200${more}`);
      if (!wanted()) return -1;
      for (const row of comments) this.#model.put(row, row.cleared ? 'cleared' : row.status);
      this.#done();
      return next;
    } catch {
      return -1; // live comments work without it; scrolling or the next hello asks again
    }
  }
}

/** A filter as a query of history. @param {Filter} filter */
export function query({ kind, query: words, user, source }) {
  const q = new URLSearchParams();
  const text = words.trim();
  if (text) q.set('q', text);
  if (user) q.set('user', user);
  if (source) q.set('source', source);
  if (['held', 'refused', 'removed'].includes(kind)) q.set('status', kind);
  return `${q}` && `&${q}`;
}
