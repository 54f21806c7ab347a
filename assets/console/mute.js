// A mute for a time that needs no dialog.

/**
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {import('./model.js').Entry} entry whose author may not write
 * @param {number} seconds
 */
export async function muteFor(store, acts, entry, seconds) {
  const made = await acts.ban({ kind: 'mute', user: entry.user, seconds, reason: '', remove: false }, acts.nameOf(entry));
  // What waits for review is decided with it, as in the dialog.
  if (made && acts.find(entry.id)?.status === 'held') void acts.decide('refuse', [entry.id]);
}
