// Similar held comments: the count on their row, and a list of them on request. Those of one
// person differ, so each is listed.

import { call } from '../shared/api.js';
import { el, icon } from '../shared/dom.js';
import { sourceMark } from './source.js';

/** The most comments of a row listed; the rest is a number. */
const LISTED = 50;

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('./queue.js').Row} Row */

/**
 * ×12, with its meaning for screen readers.
 * @param {Row} row @param {import('../shared/i18n.js').Words} words
 */
export function timesOf(row, words) {
  if (row.count < 2) return null;
  return el('span', { class: 'times' }, el('span', { 'aria-hidden': 'true' }, `×${row.count.toLocaleString(words.lang)}`), el('span', { class: 'sr' }, words.t(row.by === 'person' ? 'of_person_n' : 'alike', { n: row.count })));
}

/**
 * The button that opens the list, and the list.
 * @param {Row} row @param {boolean} open @param {import('../shared/i18n.js').Words} words
 * @param {import('./held-item.js').HeldItem} held
 */
export function alike(row, open, words, held) {
  if (row.count < 2) return [];
  const { t } = words;
  const toggle = el('button', { type: 'button', class: 'as-text alike-toggle', 'data-act': 'alike', 'aria-expanded': String(open) }, icon('down'), el('span', {}, t(open ? 'alike_hide' : 'alike_show')));
  const all = row.by === 'person';
  if (!open && !all) return [toggle];
  const shown = row.items.slice(0, LISTED);
  const quick = (/** @type {Entry} */ item, /** @type {'approve'|'refuse'} */ act, /** @type {string} */ glyph) => el('button', {
    type: 'button', class: 'icon-button', 'data-act': `${act}_one`, title: t(act), 'aria-label': t(`${act}_of`, { text: item.text }), 'aria-disabled': item.busy ? 'true' : null,
  }, icon(glyph));
  return [...(all ? [] : [toggle]), el('ul', { class: 'alike', 'aria-label': t(all ? 'of_person_n' : 'alike', { n: row.count }) },
    ...shown.map((item) => el('li', { class: `alike-item${item.busy ? ' busy' : ''}`, 'data-id': item.id },
      el('span', { class: 'alike-body' }, held.text(item), el('span', { class: 'held-meta' }, ...held.meta([all ? el('span', { class: 'reason' }, held.reason(item)) : held.name(item), sourceMark(item, words), held.age(item)]))),
      quick(item, 'approve', 'check'), quick(item, 'refuse', 'x'))),
    row.count > shown.length && el('li', { class: 'more-held' }, t('more_waiting', { n: row.count - shown.length })))];
}

/**
 * Loads the comments of a row that a greeting omitted.
 * @param {Row} row
 * @param {import('./store.js').Store} store @param {import('./queue.js').Queue} queue
 * @param {(raw: any) => Entry} put makes an entry of a row of history
 */
export async function readAlike(row, store, queue, put) {
  if (row.items.length >= Math.min(row.count, LISTED)) return;
  const page = await call('GET', `${store.path('review')}?group=${encodeURIComponent(row.key)}&limit=${LISTED}`);
  queue.fill(page.comments.map(put), page.groups, page.total);
  store.notify('filled');
}

/**
 * All comments of a row, of which a greeting contained only the oldest.
 * @param {Row} row @param {import('./store.js').Store} store
 * @param {(raw: any) => Entry} put makes an entry of a row of history
 * @returns {Promise<Entry[]>}
 */
async function allOf(row, store, put) {
  if (row.items.length >= row.count) return row.items;
  /** @type {Entry[]} */ const all = [];
  for (let after = 0; after !== undefined;) {
    const page = await call('GET', `${store.path('review')}?group=${encodeURIComponent(row.key)}&limit=200&after=${after}`);
    all.push(...page.comments.map(put));
    after = page.next;
  }
  return all;
}

/**
 * All comments of some rows; none if they cannot be loaded, which is reported.
 * @param {readonly Row[]} rows @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {(raw: any) => Entry} put
 */
export async function wholeOf(rows, store, acts, put) {
  try {
    return (await Promise.all(rows.map((row) => allOf(row, store, put)))).flat();
  } catch (fault) {
    acts.trouble(fault);
    return [];
  }
}
