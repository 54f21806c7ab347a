// Loads held comments beyond the oldest 500, which a greeting contains, when the rows run low.

import { call } from '../shared/api.js';

/** The number of rows that counts as low. */
const LOW = 40;

/** The most pages loaded at once. */
const PAGES = 10;

/**
 * @param {import('./store.js').Store} store
 * @param {import('./queue.js').Queue} queue
 * @param {(row: any) => import('./model.js').Entry} put makes an entry of a row of history
 */
export function refillQueue(store, queue, put) {
  let busy = false;

  async function refill() {
    if (busy || queue.missing <= 0 || queue.rows.length > LOW) return;
    busy = true;
    try {
      let after = 0;
      for (let n = 0; n < PAGES && queue.missing > 0 && queue.rows.length <= LOW; n++) {
        const page = await call('GET', `${store.path('review')}?limit=200${after ? `&after=${after}` : ''}`);
        queue.fill(page.comments.map(put), page.groups, page.total);
        after = page.next ?? 0;
        if (!after) break;
      }
      busy = false;
      store.notify('filled');
    } catch {
      busy = false; // the next decision, or the next greeting, asks again
    }
  }

  store.on('queue', () => void refill());
}
