// Decisions about several comments, and the messages about them.

import { ApiError } from '../shared/api.js';
import { showOutcome } from './act-answers.js';
import { tally } from './tally.js';

/** The most comments of one request. */
const MOST = 200;

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('./tally.js').Result} Result */
/** @typedef {{store: import('./store.js').Store, queue: import('./queue.js').Queue, acts: import('./acts.js').Acts}} Parts */

/**
 * The answers to a decision, without a message.
 * @param {'approve'|'refuse'} act @param {readonly Entry[]} items @param {Parts} parts
 * @returns {Promise<Result[]>}
 */
export async function decided(act, items, { store, acts }) {
  const ids = items.map((item) => item.id);
  acts.mark(items, true);
  store.notify('queue');
  const results = ids.length === 1
    ? [await acts.ask('POST', store.path('comments', ids[0], act)).catch((fault) => ({ id: ids[0], fault }))]
    : await several(ids, { act }, { store, acts });
  acts.mark(items, false);
  store.notify('queue');
  return results;
}

/**
 * One act for several comments, in requests of the size that the server accepts. The comments
 * of a failed request have its fault in the answers.
 * @param {readonly string[]} ids @param {Record<string, any>} what as POST /comments/bulk takes it
 * @param {Omit<Parts, 'queue'>} parts
 * @returns {Promise<Result[]>}
 */
export async function several(ids, what, { store, acts }) {
  /** @type {Result[]} */ const results = [];
  for (let i = 0; i < ids.length; i += MOST) {
    const some = ids.slice(i, i + MOST);
    results.push(...await acts.ask('POST', store.path('comments', 'bulk'), { ...what, ids: some }).then((answer) => answer.results, (fault) => some.map((id) => ({ id, fault }))));
  }
  return results;
}

/**
 * Reports the outcome of a decision; for a single comment, only an outcome that differs from
 * the intent.
 * @param {import('./tally.js').Act} act @param {readonly Result[]} results @param {Omit<Parts, 'queue'>} parts
 */
export function showOutcomes(act, results, { store, acts }) {
  if (results.length < 2) {
    for (const result of results) showOutcome(result, store, (fault) => acts.trouble(fault));
    return;
  }
  for (const fault of new Set(results.map((result) => result.fault))) if (fault && !(fault instanceof ApiError)) reportError(fault);
  const notice = tally(act, results, store.words, store.me);
  if (notice.tone === 'stop') store.notify('trouble', notice.text);
  store.notice(notice);
}
