// What waits beyond the newest 500, which a greeting brings: it is read from
// history when the queue runs low.

import { call } from '../shared/api.js';

/** Items left at which the queue runs low. */
const LOW = 40;

/**
 * @param {import('./desk.js').Desk} desk
 * @param {import('./queue.js').Queue} queue
 * @param {(row: any) => import('./model.js').Entry} put makes an entry of a row of history
 */
export function refillQueue(desk, queue, put) {
  let busy = false;

  async function refill() {
    if (busy || queue.lacking <= 0 || queue.items.length > LOW) return;
    busy = true;
    const before = queue.items.length > 0 ? `&before=${Math.min(...queue.items.map((item) => item.seq))}` : '';
    try {
      const { comments } = await call('GET', `${desk.path('comments')}?status=held&limit=200${before}`);
      queue.fill(comments.map(put));
      busy = false;
      desk.tell('queue');
    } catch {
      busy = false; // the next decision, or the next greeting, asks again
    }
  }

  desk.on('queue', () => void refill());
}
