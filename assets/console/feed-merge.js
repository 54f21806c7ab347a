// Equal comments in the feed are one row with their number. Pure.

import { plain } from './hits.js';

/** ms from the first of a row to the last that joins it: a wave that goes on begins a row anew, where it is seen. */
export const SPAN = 10_000;

/** @typedef {import('./model.js').Entry} Entry */

/** What makes two comments equal; '' is never. @param {Entry} entry */
export function mergeKey({ status, badge, paid, item, original, failed, text }) {
  return status !== 'shown' || badge || paid || item || original || failed ? '' : plain(text).trim();
}

export class Merger {
  /** @type {Map<string, Entry>} the newest row of each text */ #rows = new Map();
  /** @type {Map<Entry, Entry[]>} the comments of each row that has several, its own first */ #parts = new Map();

  /** The comments of a row, oldest first. @param {Entry} row */
  of(row) { return this.#parts.get(row) ?? [row]; }

  clear() {
    this.#rows.clear();
    this.#parts.clear();
  }

  /**
   * Takes the next comment in the order of time.
   * @param {Entry} entry
   * @returns {Entry|null} the row that it joined; null: it is a row of its own
   */
  take(entry) {
    const key = mergeKey(entry);
    if (!key) return null;
    const row = this.#rows.get(key);
    if (!row || entry.at - row.at > SPAN || entry.at < row.at) {
      this.#rows.set(key, entry);
      return null;
    }
    const parts = this.#parts.get(row);
    if (parts) parts.push(entry);
    else this.#parts.set(row, [row, entry]);
    return row;
  }
}
