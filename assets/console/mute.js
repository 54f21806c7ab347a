// A mute for a duration that needs no dialog.

import { authorsOf, banEach } from './ban-each.js';

/**
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {readonly import('./model.js').Entry[]} entries whose authors may not write
 * @param {number} seconds
 */
export async function muteFor(store, acts, entries, seconds) {
  const mute = { kind: 'mute', seconds, reason: '', remove: false };
  const [one, ...others] = authorsOf(entries);
  if (others.length > 0) return void banEach(store, acts, mute, entries);
  // Held comments are decided with it, as in the dialog.
  if (one && await acts.ban({ ...mute, user: one.user }, acts.nameOf(one))) acts.refuseWaiting(entries);
}
