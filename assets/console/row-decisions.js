// One decision about all comments of a row, and its undo.

import { decided, several, showOutcomes } from './decisions.js';

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('./decisions.js').Parts} Parts */

/**
 * Approves or refuses all comments of a row that were counted here.
 * @param {'approve'|'refuse'} act @param {import('./queue.js').Row} row @param {Parts} parts
 */
export async function decideRow(act, row, { store, queue, acts }) {
  if (row.count < 2) return acts.decide(act, [row.first.id]);
  const items = row.items.filter((item) => !item.busy);
  if (items.length === 0) return;
  acts.final = false;
  queue.moveFrom(row);
  // The server knows no group by person.
  const parts = { store, queue, acts };
  showOutcomes(act, row.by === 'person' ? await decided(act, items, parts) : await decidedGroup(act, row, items, parts), parts);
}

/**
 * The answers to a decision about all comments of a row.
 * @param {'approve'|'refuse'} act @param {import('./queue.js').Row} row @param {Entry[]} items its comments known here
 * @param {Parts} parts
 * @returns {Promise<import('./tally.js').Result[]>}
 */
async function decidedGroup(act, row, items, { store, queue, acts }) {
  acts.mark(items, true);
  store.notify('queue');
  const results = await acts.ask('POST', store.path('review', row.key, act), { up_to: Math.max(queue.seq, ...row.items.map((item) => item.seq)) })
    .then((answer) => answer.results, (fault) => Array.from({ length: row.count }, (_, i) => ({ id: row.items[i]?.id ?? '', fault })));
  acts.mark(items, false);
  store.notify('queue');
  return results;
}

/**
 * Approves or refuses all selected comments, and reports the outcome once.
 * @param {'approve'|'refuse'} act @param {readonly string[]} ids @param {Parts} parts
 */
export async function decideChosen(act, ids, { store, queue, acts }) {
  const rows = queue.rows.filter((row) => row.count > 1 && row.by === 'text' && row.items.every(({ id }) => ids.includes(id)));
  const others = queue.items.filter((item) => ids.includes(item.id) && !item.busy && !rows.some((row) => row.items.includes(item)));
  acts.final = false;
  const asked = rows.map((row) => decidedGroup(act, row, row.items, { store, queue, acts }));
  if (others.length > 0) asked.push(decided(act, others, { store, queue, acts }));
  showOutcomes(act, (await Promise.all(asked)).flat(), { store, acts });
}

/**
 * Shows refused comments.
 * @param {readonly string[]} ids @param {Parts} parts
 */
export async function letThrough(ids, { store, acts }) {
  acts.final = false;
  if (ids.length === 1) return void acts.call('POST', store.path('comments', ids[0], 'approve'), { from: 'refused' });
  showOutcomes('approve', await several(ids, { act: 'approve', from: 'refused' }, { store, acts }), { store, acts });
}

/**
 * Undoes one act as a whole. Decisions that merely came one after another are undone one by
 * one.
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
