// The comments that are rows of the feed: those that match the filter, with equal ones in one
// row. Independent of the page.

import { authorsOf } from './ban-each.js';
import { Merger } from './feed-merge.js';
import { MOST, matches } from './model.js';

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('./model.js').Filter} Filter */

export class FeedItems {
  /** @type {Entry[]} the rows */ list = [];
  /** @type {Filter} */ filter = { kind: 'all', query: '', user: '', source: '' };
  /** @type {readonly string[]} words that are marked, and that no calm leaves out */ words = [];
  /** @type {Set<Entry>} that came while the list holds still */ waiting = new Set();
  #model;
  #merger = new Merger();
  /** @type {Set<Entry>} rows of which each comment is a row of its own */ #spread = new Set();
  /** @type {Set<Entry>} rows that others joined since `stale` was read */ #grown = new Set();
  /** @type {Map<Entry, number>} the numbers on rows that were drawn with one */ #drawn = new Map();

  /** @param {import('./model.js').FeedModel} model */
  constructor(model) { this.#model = model; }

  /** @param {Entry} entry */
  fits(entry) { return matches(entry, this.filter, this.words); }

  /** The ids of all comments of a row, its own first. @param {string} id of that row */
  idsOf(id) {
    const row = this.#model.get(id);
    return row && !this.#spread.has(row) ? this.#merger.of(row).map((entry) => entry.id) : [id];
  }

  /** Whether an entry that has changed belongs to another row now. @param {Entry} entry */
  movedOut(entry) { return this.#merger.movedOut(entry); }

  /** Whether an entry is a row of the list, or part of one. @param {Entry} entry */
  listed(entry) { return this.#merger.has(entry) || this.list.includes(entry); }

  /** How many rows wait to be shown. */
  get late() {
    let n = 0;
    for (const entry of this.waiting) if (this.fits(entry)) n++;
    return n;
  }

  /** The search parameters for drawing a row. @param {Entry} row */
  search(row) {
    const all = this.#merger.of(row), count = all.length;
    if (count > 1) this.#drawn.set(row, count);
    else this.#drawn.delete(row);
    return { find: this.filter.query, words: this.words, count, people: authorsOf(all).length, spread: this.#spread.has(row) };
  }

  /** Rows whose number has changed since they were drawn. */
  get stale() {
    const rows = new Set([...this.#grown, ...this.#drawn.keys()]);
    this.#grown.clear();
    return [...rows].filter((row) => this.#merger.of(row).length !== (this.#drawn.get(row) ?? 1));
  }

  /** Expands a row into its comments, or collapses it. @param {string} id of that row */
  spread(id) {
    const row = this.#model.get(id);
    if (row) this.#spread.delete(row) || this.#spread.add(row);
  }

  /** Rebuilds all rows. @param {boolean} still new rows wait */
  fill(still) {
    this.#merger.clear();
    this.list = [];
    if (!still) this.waiting.clear();
    for (const entry of this.#model.all) if (!this.waiting.has(entry) && this.fits(entry)) this.#put(entry);
  }

  /** Adds the waiting rows. */
  add() {
    for (const entry of this.waiting) if (this.fits(entry)) this.#put(entry);
    this.waiting.clear();
    if (this.list.length > MOST) this.list.splice(0, this.list.length - MOST);
  }

  /** @param {Entry} entry */
  #put(entry) {
    // A person who searches wants to see each of them.
    const row = this.filter.query || this.filter.user ? null : this.#merger.take(entry);
    if (row) this.#grown.add(row);
    if (!row || this.#spread.has(row)) this.list.push(entry);
  }
}
