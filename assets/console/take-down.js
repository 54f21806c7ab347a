// Taking down several comments with one decision.

import { several, showOutcomes } from './decisions.js';

/** @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts @param {readonly string[]} ids */
export async function takeDownAll(store, acts, ids) {
  const entries = ids.flatMap((id) => acts.find(id) ?? []).filter((entry) => !entry.busy && ['shown', 'cleared', 'held'].includes(entry.status));
  if (entries.length < 2) return void (entries[0] && acts.takeDown(entries[0].id));
  acts.final = true;
  acts.mark(entries, true);
  const results = await several(entries.map(({ id }) => id), { act: 'remove' }, { store, acts });
  acts.mark(entries, false);
  // The rows show the removed ones; a notice says why some stayed.
  if (results.some(({ code, fault }) => code || fault)) showOutcomes('remove', results, { store, acts });
}
