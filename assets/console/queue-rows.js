// Held comments that are alike, or of one person, are one row at the place of the oldest.

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {'text'|'person'} By what makes a row of several */
/** @typedef {{key: string, by: By, first: Entry, items: Entry[], count: number}} Row those that are known here, oldest first, and how many wait */

/**
 * What the comments of a row have in common. Of an older server each is by itself.
 * @param {Entry} item @param {By} by
 */
export const rowKey = (item, by) => (by === 'person' ? item.user : item.group) || item.id;

/**
 * @param {readonly Entry[]} items oldest first
 * @param {Map<string, number>} counts how many of each group wait, as the server has it
 * @param {By} [by]
 * @returns {Row[]}
 */
export function rowsOf(items, counts, by = 'text') {
  /** @type {Map<string, Row>} */ const rows = new Map();
  for (const item of items) {
    const key = rowKey(item, by);
    const row = rows.get(key);
    if (row) row.items.push(item);
    else rows.set(key, { key, by, first: item, items: [item], count: 0 });
  }
  for (const row of rows.values()) row.count = by === 'person' ? row.items.length : Math.max(row.items.length, counts.get(row.key) ?? 0);
  return [...rows.values()];
}
