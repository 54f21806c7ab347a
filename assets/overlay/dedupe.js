// The comments on the stage: which item shows a comment, and which equal comments an item has.
// Pure.

/** @typedef {import('../shared/protocol.js').Comment} Comment */

/** One item has at most this many comments. */
export const MERGE_MOST = 999;

/**
 * @typedef {object} Member
 * @property {Comment[]} parts its comments, the oldest first; the first one is shown
 * @property {string} key the key of equal comments; empty = never merged
 */

/** The key of comments that look equal. Those of a host or moderator are never merged. @param
 * {Comment} c @param {boolean} names whether names are shown */
export function keyOf(c, names) {
  if (c.badge) return '';
  return [c.mode, c.size, c.color, names ? c.name : '', c.text].join('\n');
}

/** @template {Member} T */
export class Dedupe {
  /** @type {Map<string, T>} */
  #byId = new Map();
  /** @type {Map<string, T>} the newest item of each key */
  #byKey = new Map();

  /** @param {string} id */
  has(id) {
    return this.#byId.has(id);
  }

  /** @param {T} item */
  admit(item) {
    for (const part of item.parts) this.#byId.set(part.id, item);
    if (item.key) this.#byKey.set(item.key, item);
  }

  /** The item that an equal comment could join. @param {string} key */
  joinable(key) {
    const item = key ? this.#byKey.get(key) : undefined;
    return item && item.parts.length < MERGE_MOST ? item : undefined;
  }

  /** @param {T} item @param {Comment} comment */
  join(item, comment) {
    item.parts.push(comment);
    this.#byId.set(comment.id, item);
  }

  /** Removes one comment; returns the item that showed it. If the item has no more parts, the
   * caller removes it. @param {string} id @returns {T|undefined} */
  part(id) {
    const item = this.#byId.get(id);
    if (!item) return undefined;
    this.#byId.delete(id);
    item.parts = item.parts.filter((p) => p.id !== id);
    return item;
  }

  /** Forgets an item that has left the stage. @param {T} item */
  forget(item) {
    for (const part of item.parts) this.#byId.delete(part.id);
    if (this.#byKey.get(item.key) === item) this.#byKey.delete(item.key);
  }

  /** The ids of all comments of a person on the stage. @param {string} user @returns {string[]} */
  idsOf(user) {
    const ids = [];
    for (const [id, item] of this.#byId) {
      if (item.parts.some((p) => p.id === id && p.user === user)) ids.push(id);
    }
    return ids;
  }

  clear() {
    this.#byId.clear();
    this.#byKey.clear();
  }
}
