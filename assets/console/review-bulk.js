// The bar for the selection in review: one decision, mute or ban for all of it.

import { el, icon } from '../shared/dom.js';

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {'approve'|'refuse'|'ban'|'mute'|'person'|'feature'} Act the act of a key or button of review */

/**
 * @param {import('./queue.js').Queue} queue
 * @param {import('../shared/i18n.js').Words} words
 */
export function bulkBar(queue, { t }) {
  const { rows, chosen } = queue;
  const picked = rows.filter((row) => chosen.includes(row.first.id));
  const n = picked.reduce((sum, row) => sum + row.count, 0);
  const off = n === 0 ? 'true' : null;
  const button = (/** @type {string} */ act, /** @type {string} */ tone, /** @type {string} */ key) => el('button', { type: 'button', class: `button ${tone}`, 'data-act': `${act}_chosen`, 'aria-keyshortcuts': key.toLowerCase(), 'aria-disabled': off }, el('span', {}, t(act)), el('kbd', { 'aria-hidden': 'true' }, key));
  const small = (/** @type {string} */ act, /** @type {string} */ key) => el('button', { type: 'button', class: 'icon-button danger', 'data-act': `${act}_chosen`, 'aria-keyshortcuts': key.toLowerCase(), 'aria-disabled': off, 'aria-label': t(`${act}_chosen`), title: `${t(`${act}_chosen`)} (${key})` }, icon(act));
  return [
    el('span', {}, t('chosen', { n })), el('span', { class: 'gap' }),
    el('button', { type: 'button', class: 'button line', 'data-act': 'all' }, t(picked.length === rows.length ? 'select_none' : 'select_all')),
    el('span', { class: 'break' }), small('mute', 'M'), small('ban', 'B'), el('span', { class: 'gap' }), button('refuse', '', 'R'), button('approve', 'main', 'A'),
  ];
}

/**
 * Does to all selected comments what one key does to one; acts that only apply to one comment
 * are ignored.
 * @param {Act} act
 * @param {{store: import('./store.js').Store, queue: import('./queue.js').Queue, acts: import('./acts.js').Acts, banAll: (kind: 'mute'|'ban', entries: Entry[], done: () => void) => void, whole: (rows: readonly import('./queue.js').Row[]) => Promise<Entry[]>}} parts
 * @param {() => void} done called when the selection ends
 */
export function actOnChosen(act, { store, queue, acts, banAll, whole }, done) {
  const { chosen } = queue;
  const say = (/** @type {string} */ key) => store.notice({ text: store.words.t(key), tone: 'calm', glyph: 'help' });
  if (act === 'person' || act === 'feature') return say('one_at_a_time');
  if (chosen.length === 0) return say('none_selected');
  if (act === 'ban' || act === 'mute') return void whole(queue.rows.filter((row) => chosen.includes(row.first.id))).then((entries) => banAll(act, entries.filter(({ id }) => chosen.includes(id) || !queue.get(id)), done));
  void acts.decideChosen(act, chosen);
  done();
}
