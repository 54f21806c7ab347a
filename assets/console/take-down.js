// Taking down several comments with one decision.

/** @param {import('./acts.js').Acts} acts @param {readonly string[]} ids */
export async function takeDownAll(acts, ids) {
  const entries = ids.flatMap((id) => acts.find(id) ?? []).filter((entry) => !entry.busy && ['shown', 'cleared', 'held'].includes(entry.status));
  if (entries.length < 2) return void (entries[0] && acts.takeDown(entries[0].id));
  acts.final = true;
  acts.mark(entries, true);
  const results = await acts.several(entries.map(({ id }) => id), { act: 'remove' });
  acts.mark(entries, false);
  // The rows say what went; a notice says why some did not.
  if (results.some(({ code, fault }) => code || fault)) acts.showOutcomes('remove', results);
}
