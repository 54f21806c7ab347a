// Taking down several comments with one decision.

import { ApiError } from '../shared/api.js';

/** The most that one request takes. */
const MOST = 200;

/** @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts @param {readonly string[]} ids */
export async function takeDownAll(store, acts, ids) {
  const entries = ids.flatMap((id) => acts.find(id) ?? []).filter((entry) => !entry.busy && ['shown', 'cleared', 'held'].includes(entry.status));
  if (entries.length < 2) return void (entries[0] && acts.takeDown(entries[0].id));
  acts.final = true;
  acts.mark(entries, true);
  for (let i = 0; i < entries.length; i += MOST) {
    try {
      const { results } = await acts.ask('POST', store.path('comments', 'bulk'), { ids: entries.slice(i, i + MOST).map(({ id }) => id), act: 'remove' });
      const failed = results.find((/** @type {any} */ one) => one.code);
      if (failed) acts.trouble(new ApiError(409, failed.code, ''));
    } catch (fault) { acts.trouble(fault); }
  }
  acts.mark(entries, false);
}
