// The store is the shared state of all parts of the console: the room, the session, and a way
// to notify each other of a change.

import { roomPath } from '../shared/api.js';
import { Items } from '../shared/items.js';
import { ServerClock } from '../shared/server-clock.js';

/**
 * @typedef {'room'|'stats'|'queue'|'filled'|'pin'|'items'|'reactions'|'bans'|'notes'|'replay'|'notice'|'trouble'|'acted'|'filter'|'section'|'shown'|'gone'|'line'|'voice'|'held'|'highlights'|'replies'} Topic
 *
 * @typedef {object} Notice
 * @property {string} text
 * @property {'good'|'calm'|'warn'|'stop'} [tone]
 * @property {string} [glyph] an icon
 * @property {() => Promise<unknown>} [undo]
 */

export class Store {
  /** @type {any} settings as in hello.room */ room = {};
  /** @type {import('../shared/protocol.js').Comment|null} the pinned comment */ pin = null;
  /** the items that are shown besides comments, or are queued */ items = new Items();
  /** @type {any} the newest stats frame */ stats = null;
  /** @type {import('./replay.js').Replay|null} the running replay, or the last one since the page was opened */ replay = null;
  /** @type {import('./reader.js').Reader|null} reads aloud, once its page was opened */ reader = null;
  /** only the server's clock says how old a comment is */ clock = new ServerClock();
  /** @type {Map<Topic, Set<(value: any) => void>>} */ #listeners = new Map();

  /**
   * @param {{roomId: string, role: string, me: string, view: string, formats?: import('./export-params.js').Format[], words: import('../shared/i18n.js').Words}} who
   *   formats are the kinds of file that the server exports, in the order in which they are offered
   */
  constructor({ roomId, role, me, view, formats = [], words }) {
    this.roomId = roomId;
    this.role = role;
    this.me = me;
    this.view = view;
    this.formats = formats;
    this.words = words;
  }

  get owner() { return this.role === 'owner'; }

  /** ms since 1970, by the server's clock */
  get now() { return this.clock.now; }

  /** @param {...string} parts */
  path(...parts) { return roomPath(this.roomId, ...parts); }

  /** @param {Topic} topic @param {(value: any) => void} fn @returns {() => void} ends it */
  on(topic, fn) {
    const all = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, all.add(fn));
    return () => all.delete(fn);
  }

  /** @param {Topic} topic @param {any} [value] */
  notify(topic, value) {
    for (const fn of this.#listeners.get(topic) ?? []) fn(value);
  }

  /** @param {Notice} notice */
  notice(notice) { this.notify('notice', notice); }
}
