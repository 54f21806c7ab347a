// The desk is what all parts of the console know in common: the room, who sits
// here, and a way to tell each other that something has changed.

import { roomPath } from '../shared/api.js';

/**
 * @typedef {'room'|'stats'|'queue'|'pin'|'bans'|'replay'|'notice'|'trouble'|'acted'|'filter'|'section'} Topic
 *
 * @typedef {object} Notice
 * @property {string} text
 * @property {'good'|'calm'|'warn'|'stop'} [tone]
 * @property {string} [glyph] an icon
 * @property {() => Promise<unknown>} [undo]
 */

export class Desk {
  /** @type {any} settings as in hello.room */ room = {};
  /** @type {import('../shared/protocol.js').Comment|null} what stays on the overlay */ pin = null;
  /** @type {any} the newest stats frame */ stats = null;
  /** @type {import('./replay.js').Replay|null} what is played again, or was last while this page stood */ replay = null;
  #ahead = 0;
  /** @type {Map<Topic, Set<(value: any) => void>>} */ #listeners = new Map();

  /** @param {{roomId: string, role: string, me: string, view: string, words: import('../shared/i18n.js').Words}} who */
  constructor({ roomId, role, me, view, words }) {
    this.roomId = roomId;
    this.role = role;
    this.me = me;
    this.view = view;
    this.words = words;
  }

  get owner() { return this.role === 'owner'; }

  /** ms, by the server's clock: only that one says how old a comment is. */
  get now() { return Date.now() + this.#ahead; }

  /** @param {number} time ms, the server's clock right now */
  setClock(time) { this.#ahead = time - Date.now(); }

  /** @param {...string} parts */
  path(...parts) { return roomPath(this.roomId, ...parts); }

  /** @param {Topic} topic @param {(value: any) => void} fn @returns {() => void} ends it */
  on(topic, fn) {
    const all = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, all.add(fn));
    return () => all.delete(fn);
  }

  /** @param {Topic} topic @param {any} [value] */
  tell(topic, value) {
    for (const fn of this.#listeners.get(topic) ?? []) fn(value);
  }

  /** @param {Notice} notice */
  notice(notice) { this.tell('notice', notice); }
}
