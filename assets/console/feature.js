// Shows a comment as a card in front, at once or after the present item.

import { titleOf } from '../shared/items.js';
import { confirmFirst } from './dialog.js';

/** The durations of a card in seconds; 0 means until it is removed. */
export const LENGTHS = [8, 12, 30, 0];

const USUAL = 12;
const KEEP = 'danmaku-card-seconds';

/** The duration of cards that this browser makes. */
export function cardSeconds() {
  try {
    const kept = localStorage.getItem(KEEP);
    return kept !== null && LENGTHS.includes(Number(kept)) ? Number(kept) : USUAL;
  } catch { return USUAL; }
}

/** @param {number} seconds */
export function setCardSeconds(seconds) {
  try { localStorage.setItem(KEEP, String(seconds)); } catch { /* as long as the page */ }
}

/**
 * Makes a card of a shown comment, and starts it; if its slot is taken, it waits.
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts @param {string} id
 */
export async function feature(store, acts, id) {
  const made = await acts.call('POST', store.path('comments', id, 'feature'), { seconds: cardSeconds(), start: true });
  if (!made) return;
  const { t } = store.words;
  store.notice({ text: t(made.state === 'live' ? 'featured_now' : 'featured_next'), glyph: 'show', undo: () => acts.call('DELETE', store.path('items', made.id)) });
}

/**
 * Approves a held comment, with all of its group, and makes a card of it.
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts @param {import('./queue.js').Queue} queue @param {string} id
 */
export async function approveAndFeature(store, acts, queue, id) {
  const row = queue.rowOf(id);
  if (row && row.count > 1 && row.by === 'text') await acts.decideRow('approve', row);
  else if (!(await acts.call('POST', store.path('comments', id, 'approve')))) return;
  await feature(store, acts, id);
}

/**
 * Starts an item at once: the present item in its slot ends. A draw that ends gets its winners, so a person has to confirm.
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts @param {import('../shared/items.js').Item} item
 */
export async function startNow(store, acts, item) {
  const path = (/** @type {string[]} */ ...parts) => store.path('items', ...parts);
  const stands = item.slot ? store.items.live(item.slot) : undefined;
  if (!stands || stands.id === item.id) return acts.call('POST', path(item.id, 'start'));
  if (stands.kind === 'draw') {
    const { t } = store.words;
    return confirmFirst(store.words, { title: t('show_ends_draw_title'), text: t('show_ends_draw_text', { what: titleOf(stands) }), yes: t('show_draw'), no: t('cancel') }, () => void replace(stands.id));
  }
  return replace(stands.id);

  /** @param {string} standing */
  async function replace(standing) {
    // The first of the queue starts when the slot is free.
    const before = store.items.in('queued').filter(({ slot, id }) => slot === item.slot && id !== item.id);
    if (item.state !== 'queued' && !(await acts.call('POST', path(item.id, item.state === 'ended' ? 'start' : 'queue')))) return undefined;
    if (before.length > 0 && !(await acts.call('POST', path('order'), { ids: [item, ...before].map(({ id }) => id) }))) return undefined;
    return acts.call('POST', path(standing, 'stop'));
  }
}
