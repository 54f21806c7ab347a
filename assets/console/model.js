// The console's model of a room's comments: each once, ordered by time, with its status.
// Independent of the page.

import { withDefaults } from '../shared/protocol.js';
import { worthALook } from './calm.js';
import { placesOfAny, plain } from './hits.js';

/** The most entries in memory; older ones come from the server (history). */
export const MOST = 10_000;

/** ms between two comments of one author when slow mode is switched on by its button. */
export const SLOW = 10_000;

/**
 * @typedef {'shown'|'held'|'refused'|'removed'|'cleared'} Status
 * @typedef {import('../shared/protocol.js').Comment & {status: Status, seq: number, by: string, rule: string, word: string, spans: number[][], in_name?: boolean, group?: string, original?: string, original_name?: string, reason?: string, detail?: string, busy?: boolean, failed?: boolean, plain?: string, first?: boolean, lookers?: string[]}} Entry first: the first of its author that is known here; lookers: labels of other moderators who have it open
 * @typedef {'all'|'shown'|'stopped'|'held'|'refused'|'removed'} Kind
 * @typedef {{kind: Kind, query: string, user: string, source: string, calm?: boolean}} Filter
 */

/** @param {Entry} a @param {Entry} b oldest first; ids grow with time */
const order = (a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

export class FeedModel {
  /** @type {Map<string, Entry>} */ #byId = new Map();
  /** @type {Entry[]} */ #list = [];
  /** @type {Map<string, {id: string, at: number, first?: boolean}>} the first comment of each person */ #firsts = new Map();
  /** seq of the last clear received */
  #clearedTo = 0;
  #most;

  /** @param {number} [most] */
  constructor(most = MOST) { this.#most = most; }

  get size() { return this.#list.length; }

  /** Oldest first. @returns {readonly Entry[]} */
  get all() { return this.#list; }

  /** @param {string} id */
  get(id) { return this.#byId.get(id); }

  /** Forgets everything and restarts from the server's recent comments. @param {any[]} recent comments, all shown */
  reset(recent) {
    this.#byId.clear();
    this.#list = [];
    this.#firsts.clear();
    this.#clearedTo = 0;
    for (const comment of recent) this.put(comment, 'shown');
  }

  /**
   * Adds a comment with its status, from an event or a row of history. It replaces a known
   * one, unless it is older (a smaller seq): the answer to a request for history may come
   * after events that overtook it. A clear is such an event, and leaves no mark on the rows.
   * @param {any} raw @param {Status} status
   * @returns {{entry: Entry, fresh: boolean, last: boolean, moved: boolean}} fresh: not known before; last: it is at the end; moved: it was elsewhere
   */
  put(raw, status) {
    const known = this.#byId.get(raw.id);
    if (status === 'shown' && raw.seq > 0 && raw.seq < this.#clearedTo) status = 'cleared';
    const next = /** @type {Entry} */ ({ word: '', spans: [], ...withDefaults(raw), by: raw.by ?? '', rule: raw.rule ?? '', seq: raw.seq ?? 0, status, plain: undefined });
    if (known) {
      if (next.seq < known.seq) return { entry: known, fresh: false, last: false, moved: false };
      const moved = next.at !== known.at;
      if (moved) this.#list.splice(this.#list.indexOf(known), 1);
      Object.assign(known, next, { busy: false, failed: false });
      return { entry: known, fresh: false, last: moved ? this.#insert(known) : false, moved };
    }
    this.#byId.set(next.id, next);
    this.#first(next);
    return { entry: next, fresh: true, last: this.#insert(next), moved: false };
  }

  /** Marks comments as taken down. @param {{ids?: string[], user?: string, by?: string, seq?: number}} which @returns {Entry[]} those that changed */
  remove({ ids = [], user = '', by = '', seq = 0 }) {
    const gone = ids.map((id) => this.#byId.get(id)).filter((entry) => entry !== undefined);
    if (user) gone.push(...this.#list.filter((entry) => entry.user === user && (entry.status === 'shown' || entry.status === 'cleared')));
    for (const entry of gone) Object.assign(entry, { status: 'removed', by, busy: false, failed: false, seq: Math.max(seq, entry.seq) });
    return gone;
  }

  /** Removes comments that were permanently deleted. @param {{ids?: string[], user?: string}} which */
  erase({ ids = [], user = '' }) {
    const gone = new Set(ids);
    this.#list = this.#list.filter((entry) => {
      const stays = !gone.has(entry.id) && (!user || entry.user !== user);
      if (!stays) this.#byId.delete(entry.id);
      return stays;
    });
  }

  /** Every screen was cleared. @param {{seq?: number}} [event] @returns {Entry[]} those that changed */
  clear({ seq = 0 } = {}) {
    this.#clearedTo = Math.max(this.#clearedTo, seq);
    const gone = this.#list.filter((entry) => entry.status === 'shown');
    for (const entry of gone) entry.status = 'cleared';
    return gone;
  }

  /** Handles an entry older than the kept ones: only the fact that it is a person's first stays. @param {Entry} entry */
  #forget({ id, user, at, first }) {
    this.#byId.delete(id);
    if (first && user) this.#firsts.set(user, { id, at });
  }

  /** History comes after new entries, so the first entry of a person may change. @param {Entry} entry */
  #first(entry) {
    const { user, id, at } = entry;
    const known = user ? this.#firsts.get(user) : entry;
    if (known && (known.at < at || (known.at === at && known.id <= id))) return;
    if (known) known.first = false;
    entry.first = true;
    this.#firsts.set(user, entry);
  }

  /** @param {Entry} entry @returns {boolean} whether it is at the end */
  #insert(entry) {
    let at = this.#list.length;
    while (at > 0 && order(this.#list[at - 1], entry) > 0) at--;
    this.#list.splice(at, 0, entry);
    const last = at === this.#list.length - 1;
    while (this.#list.length > this.#most) this.#forget(/** @type {Entry} */ (this.#list.shift()));
    return last;
  }
}

/**
 * Whether a filter matches an entry. The search looks for a part of the text or the name, also
 * in their form before masking, ignoring case and width.
 * @param {Entry} entry @param {Filter} filter @param {readonly string[]} [words] that always match
 */
export function matches(entry, { kind, query, user, source, calm }, words = /** @type {readonly string[]} */ ([])) {
  const { status } = entry;
  if (calm && !worthALook(entry, (text) => placesOfAny(text, words).length > 0)) return false;
  if (kind === 'stopped' ? status === 'shown' || status === 'cleared' : kind !== 'all' && status !== kind) return false;
  if (user && entry.user !== user) return false;
  if (source && entry.source !== source) return false;
  if (!query) return true;
  entry.plain ??= plain(`${entry.text}\n${entry.name}\n${entry.original ?? ''}\n${entry.original_name ?? ''}`);
  return entry.plain.includes(plain(query));
}
