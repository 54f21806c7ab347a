// Held comments that are alike are one row, at the place of the oldest.

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {{key: string, first: Entry, items: Entry[], count: number}} Row what is alike: those that are known here, oldest first, and how many wait */

/**
 * @param {readonly Entry[]} items oldest first
 * @param {Map<string, number>} counts how many of each group wait, as the server has it
 * @returns {Row[]}
 */
export function rowsOf(items, counts) {
  /** @type {Map<string, Row>} */ const rows = new Map();
  for (const item of items) {
    const key = item.group || item.id; // of an older server each is by itself
    const row = rows.get(key);
    if (row) row.items.push(item);
    else rows.set(key, { key, first: item, items: [item], count: 0 });
  }
  for (const row of rows.values()) row.count = Math.max(row.items.length, counts.get(row.key) ?? 0);
  return [...rows.values()];
}
