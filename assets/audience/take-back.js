// An author may take a shown comment back for a few seconds.

import { ApiError, call, roomPath } from '../shared/api.js';

/**
 * ms for which an author may take a comment back: the server's limit minus the time in
 * flight
 */
const TAKE_BACK = 9_500;

/** @typedef {import('./outbox.js').Item} Item */

export class TakeBack {
  #page;
  /** who this is, where cookies are blocked */ token = '';

  /** @param {{roomId: string, words: import('../shared/i18n.js').Words, feed: import('./feed.js').Feed, strip: import('./strip.js').Strip, clock: import('../shared/server-clock.js').ServerClock}} page */
  constructor(page) { this.#page = page; }

  /** Adds the button to the row of a comment while there is time. @param {Item} item @param {string} id @param {number} at ms, when it was shown */
  offer(item, id, at) {
    const { feed, clock } = this.#page;
    const left = TAKE_BACK - Math.max(0, clock.now - at);
    if (left <= 0) return; // the answer came late, after a reconnection
    let over = false;
    setTimeout(() => {
      over = true;
      feed.offer(item.ref, null);
    }, left);
    const act = async () => {
      feed.offer(item.ref, null);
      if (await this.#send(item, id) === 'offline' && !over) feed.offer(item.ref, { key: 'take_back', act });
    };
    feed.offer(item.ref, { key: 'take_back', act });
  }

  /** @param {Item} item @param {string} id @returns {Promise<'done'|'offline'|'failed'>} */
  async #send(item, id) {
    const { roomId, words, feed, strip } = this.#page;
    try {
      await call('DELETE', roomPath(roomId, 'comments', id), undefined, (path, init) => this.#fetch(path, init));
      feed.takeBack(item.ref);
      strip.say('good', 'undo', words.t('withdrawn'));
      return 'done';
    } catch (fault) {
      const offline = fault instanceof ApiError && fault.code === 'offline';
      strip.say(offline ? 'calm' : 'stop', offline ? 'offline' : 'refuse', words.t(offline ? 'take_back_offline' : 'take_back_failed'), '', false);
      return offline ? 'offline' : 'failed';
    }
  }

  /** Sends the identity if no cookie does. @param {Parameters<typeof fetch>[0]} path @param {RequestInit} [init] */
  #fetch(path, init) {
    const headers = new Headers(init?.headers);
    if (this.token) headers.set('X-Danmaku-Identity', this.token);
    return fetch(path, { ...init, headers });
  }
}
