// Which comments are rows of the feed: those that the filter shows, equal ones as
// one row. No page in here.

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

  /** The ids of all comments that a row stands for, its own first. @param {string} id of that row */
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

  /** What a row is drawn with. @param {Entry} row */
  search(row) {
    const all = this.#merger.of(row), count = all.length;
    if (count > 1) this.#drawn.set(row, count);
    else this.#drawn.delete(row);
    return { find: this.filter.query, words: this.words, count, people: authorsOf(all).length, spread: this.#spread.has(row) };
  }

  /** Rows whose number is another one than they were drawn with. */
  get stale() {
    const rows = new Set([...this.#grown, ...this.#drawn.keys()]);
    this.#grown.clear();
    return [...rows].filter((row) => this.#merger.of(row).length !== (this.#drawn.get(row) ?? 1));
  }

  /** Shows each comment of a row, or one row of them. @param {string} id of that row */
  spread(id) {
    const row = this.#model.get(id);
    if (row) this.#spread.delete(row) || this.#spread.add(row);
  }

  /** All rows anew. @param {boolean} still those that came meanwhile wait */
  fill(still) {
    this.#merger.clear();
    this.list = [];
    if (!still) this.waiting.clear();
    for (const entry of this.#model.all) if (!this.waiting.has(entry) && this.fits(entry)) this.#put(entry);
  }

  /** Lets in those that came. */
  add() {
    for (const entry of this.waiting) if (this.fits(entry)) this.#put(entry);
    this.waiting.clear();
    if (this.list.length > MOST) this.list.splice(0, this.list.length - MOST);
  }

  /** @param {Entry} entry */
  #put(entry) {
    // Somebody who looks for something wants to see each of them.
    const row = this.filter.query || this.filter.user ? null : this.#merger.take(entry);
    if (row) this.#grown.add(row);
    if (!row || this.#spread.has(row)) this.list.push(entry);
  }
}
