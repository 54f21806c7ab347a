// Similar held comments, or those of one person, form one row at the place of the oldest.

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {'text'|'person'} By what groups comments into a row */
/** @typedef {{key: string, by: By, first: Entry, items: Entry[], count: number}} Row the comments known here, oldest first, and how many wait */

/**
 * The key that the comments of a row share. From an older server each comment is a separate
 * row.
 * @param {Entry} item @param {By} by
 */
export const rowKey = (item, by) => (by === 'person' ? item.user : item.group) || item.id;

/**
 * @param {readonly Entry[]} items oldest first
 * @param {Map<string, number>} counts how many of each group wait, as counted by the server
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
