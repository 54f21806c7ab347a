// Merges equal comments of the feed into one row with their number. Pure.

import { plain } from './hits.js';

/**
 * ms from the first comment of a row to the last that joins it: a continuing wave starts a
 * new row, at the visible end.
 */
export const SPAN = 10_000;

/** @typedef {import('./model.js').Entry} Entry */

/**
 * The key of equal comments; '' is never equal. Held and refused comments are equal only if
 * the same rule or person stopped them: the row shows the reason, and one decision applies to
 * all.
 * @param {Entry} entry
 */
export function mergeKey({ status, by, rule, in_name, badge, paid, item, original, photo, failed, text }) {
  const words = badge || paid || item || original || photo || in_name || failed ? '' : plain(text).trim();
  if (!words || status === 'shown') return words;
  return status === 'held' || status === 'refused' ? [status, rule, by, words].join('\n') : '';
}

export class Merger {
  /** @type {Map<string, Entry>} the newest row of each text */ #rows = new Map();
  /** @type {Map<Entry, Entry[]>} the comments of each row that has several, its own first */ #parts = new Map();
  /** @type {Map<Entry, string>} by what each was merged */ #keys = new Map();

  /** The comments of a row, oldest first. @param {Entry} row */
  of(row) { return this.#parts.get(row) ?? [row]; }

  clear() {
    this.#rows.clear();
    this.#parts.clear();
    this.#keys.clear();
  }

  /** Whether an entry belongs to a row. @param {Entry} entry */
  has(entry) { return this.#keys.has(entry); }

  /** Whether an entry no longer equals those that it was merged with. @param {Entry} entry */
  movedOut(entry) { return this.#keys.has(entry) && this.#keys.get(entry) !== mergeKey(entry); }

  /**
   * Adds the next comment in the order of time.
   * @param {Entry} entry
   * @returns {Entry|null} the row that it joined; null: it is a new row
   */
  take(entry) {
    const key = mergeKey(entry);
    this.#keys.set(entry, key);
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
