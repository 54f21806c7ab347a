// One decision about all comments of a row, and the way back.

import { call } from '../shared/api.js';

/** @typedef {{store: import('./store.js').Store, queue: import('./queue.js').Queue, acts: import('./acts.js').Acts}} Parts */

/**
 * Approves or refuses all of a row that were counted here.
 * @param {'approve'|'refuse'} act @param {import('./queue.js').Row} row @param {Parts} parts
 */
export async function decideRow(act, row, { store, queue, acts }) {
  if (row.count < 2) return acts.decide(act, [row.first.id]);
  const items = row.items.filter((item) => !item.busy);
  if (items.length === 0) return;
  if (row.by === 'person') { // the server knows no group of these
    queue.move(1) || queue.move(-1);
    return acts.decide(act, items.map(({ id }) => id));
  }
  acts.final = false;
  acts.mark(items, true);
  queue.move(1) || queue.move(-1);
  store.notify('queue');
  try {
    const { results, count } = await call('POST', store.path('review', row.key, act), { up_to: Math.max(queue.seq, ...row.items.map((item) => item.seq)) });
    // Each thing that came out otherwise is said once.
    acts.told(results.filter((/** @type {any} */ r, /** @type {number} */ i) => results.findIndex((/** @type {any} */ other) => other.code === r.code && other.by === r.by) === i));
    if (count > 0) store.notice({ text: store.words.t(act === 'approve' ? 'approved_n' : 'refused_n', { n: count }), glyph: 'check' });
  } catch (fault) {
    acts.trouble(fault);
  }
  acts.mark(items, false);
  store.notify('queue');
}

/**
 * Shows what was refused.
 * @param {readonly string[]} ids @param {Parts} parts
 */
export async function letThrough(ids, { store, acts }) {
  if (ids.length === 1) return void acts.call('POST', store.path('comments', ids[0], 'approve'), { from: 'refused' });
  for (let i = 0; i < ids.length; i += 200) {
    const done = await acts.call('POST', store.path('comments', 'bulk'), { ids: ids.slice(i, i + 200), act: 'approve', from: 'refused' });
    if (!done) return;
    acts.told(done.results);
  }
  store.notice({ text: store.words.t('approved_n', { n: ids.length }), glyph: 'check' });
}

/**
 * What was one act is undone as one. Decisions that only came one after another are
 * undone one by one.
 * @param {import('./queue.js').Decided} decided @param {string[]} ids @param {Parts} parts
 */
export async function undoAll(decided, ids, { store, queue, acts }) {
  const kind = decided.status === 'refused' ? 'refuse' : 'approve';
  const found = await acts.call('GET', `${store.path('audit')}?act=${kind}&limit=100`);
  if (!found) return;
  const act = found.acts.find((/** @type {any} */ a) => a.about === decided.id && a.count > 1);
  if (act) {
    if (!(await acts.call('POST', store.path('audit', String(act.id), 'undo')))) return;
  } else for (const id of ids) await acts.undo({ ...decided, id, ids: undefined });
  queue.forget(decided.id);
  store.notify('queue');
}
